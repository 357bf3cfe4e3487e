// Entries of a vocabulary that no text becomes.
//
// An entry is reachable when its model can give it, whatever comes before the model may do to a text:
//   BPE         its own symbols, merged by themselves, become it. In any text where it comes up, the merges inside of it are
//               these, so that nothing else can make it. Under ignore_merges and ranks a piece that is a token is that token.
//   Unigram     its own text is best cut as this one piece. What is better than a piece anywhere is better everywhere.
//               So the pieces of SentencePiece's BPE are judged, too, and its words and characters.
//   WordPiece   a word may begin with it, or it may follow another token: the longest token at each place of some word is
//               this token. Longer words than the model takes do not count.
//   WordLevel   always.
// Added tokens are found in the text itself, and are not judged; nor are the unknown token, the bytes of byte fallback, and
// pieces that SentencePiece keeps for control or unused.
#pragma once

#include <vector>

#include "tokenizers/tokenizer.h"

namespace quern {

// Rising.
std::vector<TokenId> unreachable_tokens(const Tokenizer& tokenizer);

}  // namespace quern
