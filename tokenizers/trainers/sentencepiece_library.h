// Trains with the sentencepiece library itself: its models, its speed, its memory. For comparison, and for those who need just
// what that version makes. It keeps all texts in memory and does not stop before it is done.
//
//   TokenizerDefinition definition = train_with_sentencepiece(algorithm, settings, threads, [&](std::string& text) { return next_line(text); });
//
// The library never sees a model that came from outside: formats/sentencepiece_model.cpp reads those, and the one made here.
#pragma once

#include <functional>
#include <string>

#include "tokenizers/trainers/sentencepiece_trainer.h"

namespace quern {

// next(text) gives the texts one after the other, and false at the end. Error{usage} with the library's own words where it refuses
// the settings; Error{unsupported} for settings that it cannot be told.
TokenizerDefinition train_with_sentencepiece(SentencePieceModel::Algorithm algorithm, const SentencePieceTrainingSettings& settings, int threads,
                                             const std::function<bool(std::string&)>& next);

}  // namespace quern
