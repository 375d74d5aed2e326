import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { makeTexts } from "../src/texts.js";

test("slots are filled, numbers are written as the language does", () => {
  const text = makeTexts({ words: "{n}/{limit} từ", plain: "Xin chào" }, "vi");
  assert.equal(text("words", { n: 1512, limit: 1500 }), "1.512/1.500 từ");
  assert.equal(text("plain"), "Xin chào");
});

test("English has a form for one", () => {
  const text = makeTexts({ owed: { one: "{n} answer waits", other: "{n} answers wait" } }, "en");
  assert.equal(text("owed", { n: 1 }), "1 answer waits");
  assert.equal(text("owed", { n: 3 }), "3 answers wait");
});

test("a missing sentence is a fault, not an empty line", () => {
  assert.throws(() => makeTexts({}, "vi")("status.saved"), /status\.saved/);
});

test("every page carries each sentence that its scripts may say", () => {
  const names = /"((?:left|status|item|navigator|conflict|attend|words|diff|history|hand_in|time)\.[a-z_]+)"/g;
  const template = readFileSync(new URL("../../templates/contestant/_texts.html", import.meta.url), "utf8");
  const [common, ...parts] = template.split("{%- if step == ");
  const carried = (step) => new Set([common, ...parts.filter((part) => part.startsWith(`"${step}"`))].flatMap((part) => [...part.matchAll(names)].map(([, name]) => name)));
  for (const [step, script] of [["questions", "attempt"], ["essay", "essay"], ["review", "review"]]) {
    const said = [...modulesOf(script)].flatMap(([, source]) => [...source.matchAll(names)].map(([, name]) => name));
    assert.ok(said.length > 10);
    assert.deepEqual(said.filter((name) => !carried(step).has(name)), [], step);
  }
});

// A module and all it imports of ours: name -> source.
function modulesOf(name, found = new Map()) {
  if (found.has(name)) return found;
  const source = readFileSync(new URL(`../src/${name}.js`, import.meta.url), "utf8");
  found.set(name, source);
  for (const [, imported] of source.matchAll(/from "\.\/([\w-]+)\.js"/g)) modulesOf(imported, found);
  return found;
}
