import assert from "node:assert/strict";
import { test } from "node:test";
import { makeStatus, verdict } from "../src/status.js";

const state = (changes) => ({ owed: 0, trouble: null, savedAt: null, conflicts: [], refused: [], keeps: true, ...changes });
const SAVED = "2019-08-20T03:42:05Z";

test("'saved' is never said while anything is owed", () => {
  assert.equal(verdict(state({ savedAt: SAVED })).name, "status.saved");
  for (const trouble of [null, "network", "busy", "signed-out", "closed"]) {
    assert.notEqual(verdict(state({ savedAt: SAVED, owed: 1, trouble })).name, "status.saved");
  }
});

test("each trouble has its sentence", () => {
  assert.equal(verdict(state({ owed: 3, trouble: "network" })).name, "status.network");
  assert.equal(verdict(state({ owed: 1, trouble: "signed-out" })).name, "status.signed_out");
  assert.equal(verdict(state({ owed: 1, trouble: "closed" })).name, "status.closed_owed");
  assert.equal(verdict(state({ owed: 1, trouble: "somebody-else" })).name, "status.somebody_else");
  assert.equal(verdict(state({ owed: 2, late: 2, trouble: "closed" })).name, "status.closed_late");
  assert.deepEqual(verdict(state({ owed: 3, late: 2, trouble: "closed" })), { name: "status.closed_owed", slots: { n: 1 }, tone: "trouble" });
  assert.equal(verdict(state({ owed: 1, conflicts: [7] })).name, "status.conflict");
  assert.equal(verdict(state({ owed: 1, refused: [{ no: 41 }] })).name, "status.refused");
  assert.equal(verdict(state({})).name, "status.nothing");
});

test("a screen reader hears of trouble and of its end, not of every save", () => {
  const heard = [];
  const show = makeStatus({
    element: { textContent: "", dataset: {} }, text: (name) => name, announce: (sentence) => heard.push(sentence),
  });
  show(state({ owed: 1 }));
  show(state({ savedAt: SAVED }));
  show(state({ savedAt: SAVED, owed: 1, trouble: "network" }));
  show(state({ savedAt: SAVED, owed: 2, trouble: "network" }));
  show(state({ savedAt: SAVED, owed: 2 }));
  show(state({ savedAt: SAVED }));
  assert.deepEqual(heard, ["status.network", "status.saved"]);
});
