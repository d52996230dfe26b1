// The contract of destinations on NDJSON files.

import { destinationContract } from "../contracts/destination.contract.ts";
import { filesFixture } from "../support/files-fixture.ts";

destinationContract("NDJSON files", async () => filesFixture("ndjson", 1), { windowRows: false });
