// Counts words as Word does: runs of characters between white space. The same white space as on the server
// (foundation/sanitize.py, SPACES), so that both always agree; JavaScript's \s would also part words at U+FEFF.
const SPACE = /[\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

export function countWords(text) {
  return text.normalize("NFC").split(SPACE).filter(Boolean).length;
}

// How a count stands to its limit: "room", "near" (the last tenth), "full" or "over".
export function standing(words, limit) {
  if (!limit || words < limit * 0.9) return "room";
  if (words < limit) return "near";
  return words === limit ? "full" : "over";
}
