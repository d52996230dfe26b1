// The action's door. It is shut in this release: the engine is reached by the command line alone. Must not read inputs yet.

import { setFailed } from "@actions/core";

setFailed("not supported yet: the action comes with a later release; use the command line");
