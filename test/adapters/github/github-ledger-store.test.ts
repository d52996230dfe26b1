// The ledger store over the fake GitHub: the contract of all stores, then what is special.

import { ledgerStoreContract } from "../../contracts/ledger-store.contract.ts";
import { openGithubStoreWorld } from "../../support/github-store-world.ts";

ledgerStoreContract("github", async () => {
  const world = await openGithubStoreWorld();
  const dataPaths = ["x.txt"];
  return { store: world.open({ dataPaths }), other: world.open({ dataPaths }) };
});
