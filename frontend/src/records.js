// What is known of one item: what the person sees (content, print), what the server holds (seq, acked), what may be on its
// way (sent), and which tab brings it home (holder: null is this one).

export function makeRecord(item, fingerprint) {
  const content = item.kind === "essay" ? { html: item.html ?? "" } : { choice: item.choice ?? [] };
  const print = fingerprint(content);
  return {
    no: item.no, seq: item.seq ?? 0, savedAt: item.saved_at ?? null, words: item.words, content, print, acked: print,
    sent: new Set(), tick: 0, holder: null, late: null, flights: 0, unread: false, ripe: false, timer: null, dueBy: null,
    conflict: null, refused: null,
  };
}

export const pending = (record) => record.print !== record.acked || record.sent.size > 0;

// Begin where this device and the server stand: what the journal kept is sent again, unless the server has moved on.
export function regain(record, kept, fingerprint) {
  record.tick = Math.max(record.tick, kept.tick ?? 0);
  const print = fingerprint(kept.content);
  if (print === record.acked) return;
  const server = { content: record.content, seq: record.seq, savedAt: record.savedAt };
  Object.assign(record, { content: kept.content, print, ripe: true, late: kept.late ?? null });
  const ours = server.seq <= kept.base || kept.sent.includes(record.acked);
  if (!ours) record.conflict = { seq: server.seq, ...server.content, saved_at: server.savedAt };
}

export function entryOf(record) {
  const { content, print, seq, sent, tick, late } = record;
  return { content, print, base: seq, sent: [...sent].slice(-40), tick, late };
}
