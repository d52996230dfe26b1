// The memory store keeps the contract of every ledger store.

import { ledgerStoreContract } from "../contracts/ledger-store.contract.ts";
import { memoryBranch, memoryStore } from "./memory-ledger-store.ts";

ledgerStoreContract("memory", () => {
  const branch = memoryBranch();
  return Promise.resolve({ store: memoryStore(branch), other: memoryStore(branch) });
});
