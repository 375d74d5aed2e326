import assert from "node:assert/strict";
import { test } from "node:test";
import { wordDiff } from "../src/diff.js";

const told = (before, after) => wordDiff(before, after).map(({ how, text }) => [how, text]);
const side = (pieces, shown) => pieces.filter(({ how }) => how === "same" || how === shown).map(({ text }) => text).join("");

test("equal texts differ nowhere; empty ones wholly", () => {
  assert.deepEqual(told("Thủ tục hành chính", "Thủ tục hành chính"), [["same", "Thủ tục hành chính"]]);
  assert.deepEqual(told("", "mới"), [["new", "mới"]]);
  assert.deepEqual(told("cũ", ""), [["gone", "cũ"]]);
  assert.deepEqual(told("", ""), []);
});

test("a word put in, a word taken out, a word changed", () => {
  assert.deepEqual(told("em nộp hồ sơ", "em đã nộp hồ sơ"), [["same", "em "], ["new", "đã "], ["same", "nộp hồ sơ"]]);
  assert.deepEqual(told("em đã nộp", "em nộp"), [["same", "em "], ["gone", "đã "], ["same", "nộp"]]);
  assert.deepEqual(told("hồ sơ giấy ạ", "hồ sơ mạng ạ"), [["same", "hồ sơ "], ["gone", "giấy "], ["new", "mạng "], ["same", "ạ"]]);
});

test("a letter in two spellings is one letter; another paragraph is a change", () => {
  assert.deepEqual(told("tie\u0302\u0301ng", "tiếng"), [["same", "tiếng"]]);
  assert.deepEqual(told("một\nhai", "một hai"), [["same", "một "], ["gone", "\n"], ["same", "hai"]]);
});

test("whatever the texts, each side can be read back from the pieces", () => {
  const words = ["em", "ông", "nộp", "hồ", "sơ", "\n", "mạng"];
  let chance = 7;
  const text = () => Array.from({ length: (chance = (chance * 48271) % 2147483647) % 40 }, () => words[(chance = (chance * 48271) % 2147483647) % 7]).join(" ");
  for (let round = 0; round < 300; round += 1) {
    const [before, after] = [text(), text()];
    const pieces = wordDiff(before, after);
    const bare = (all) => all.split(/\s+/).join(" ").trim();
    assert.equal(bare(side(pieces, "gone")), bare(before));
    assert.equal(bare(side(pieces, "new")), bare(after));
  }
});

test("two essays of 1,500 words with nothing in common are compared in the time of a glance", () => {
  const essay = (letter) => Array.from({ length: 1500 }, (_, at) => `${letter}${at}`).join(" ");
  const pieces = wordDiff(essay("a"), essay("b"));
  assert.deepEqual(pieces.map(({ how }) => how), ["gone", "new"]);
});
