// What a stream is connected to, and what may therefore be sent to it.
//
//   if (terminal::use_color(mode, STDOUT_FILENO)) …
//
// Reads the environment (NO_COLOR, TERM, COLUMNS); nothing below cli/ does.
#pragma once

namespace quern::cli {

enum class ColorMode { automatic, always, never };

namespace terminal {

bool is_terminal(int descriptor);
// --color always|never decides; else a non-empty NO_COLOR, TERM=dumb or anything but a terminal means no.
bool use_color(ColorMode mode, int descriptor);
// Columns: $COLUMNS, what the terminal says, else 80.
int width(int descriptor);

}  // namespace terminal
}  // namespace quern::cli
