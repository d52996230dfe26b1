// The contract of destinations on CSV files.

import { destinationContract } from "../contracts/destination.contract.ts";
import { filesFixture } from "../support/files-fixture.ts";

destinationContract("CSV files", async () => filesFixture("csv", 1), { windowRows: false });
