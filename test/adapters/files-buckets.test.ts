// The contract of destinations on NDJSON files spread over buckets.

import { destinationContract } from "../contracts/destination.contract.ts";
import { filesFixture } from "../support/files-fixture.ts";

destinationContract("bucketed files", async () => filesFixture("ndjson", 4), { windowRows: false });
