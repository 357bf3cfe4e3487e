#include "cli/shared_options.h"
