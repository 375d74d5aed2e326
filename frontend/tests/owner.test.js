import assert from "node:assert/strict";
import { test } from "node:test";
import { hearSignedIn, ownerMark, tellSignedIn } from "../src/owner.js";

const page = (name) => ({ dataset: name === undefined ? {} : { signedIn: name } });

test("the mark tells people apart and does not tell who they are", () => {
  const [an, binh] = [ownerMark(page("Nguyễn An")), ownerMark(page("Nguyễn Bình"))];
  assert.equal(an, ownerMark(page("Nguyễn An")));
  assert.notEqual(an, binh);
  assert.doesNotMatch(an, /An|Nguy/);
  assert.equal(ownerMark(page()), "");
});

test("a sign-in is told to the other pages; a page of nobody tells nothing", () => {
  const told = [];
  class Channel {
    postMessage(data) {
      told.push(data);
    }
  }
  tellSignedIn("", Channel);
  tellSignedIn("me", Channel);
  assert.deepEqual(told, [{ kind: "signed-in", owner: "me" }]);
  let heard = null;
  const channels = [];
  class Listening {
    constructor() {
      channels.push(this);
    }
  }
  hearSignedIn((who) => (heard = who), Listening);
  channels[0].onmessage({ data: "signed-in" });
  assert.equal(heard, null);
  channels[0].onmessage({ data: told[0] });
  assert.equal(heard, "me");
  assert.doesNotThrow(() => (tellSignedIn("me", null), hearSignedIn(() => {}, null)));
});
