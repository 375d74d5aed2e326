// The notices below the desk bar: written by the server, shown while they are true.

const CALM_FOR = 5000; // a hiccup of the network is no news

export function makeNotices({ items, text, timers = globalThis }) {
  const attend = document.getElementById("notice-attend");
  const links = attend.querySelector("ul");
  const isEssay = new Map(items.map(({ no, kind }) => [no, kind === "essay"]));
  let listed = "";

  const held = makePatience(document.getElementById("notice-waiting"), timers);

  return function show({ trouble, said, owed, keeps, why, damaged, conflicts, refused }) {
    const wanted = {
      "notice-signed-out": trouble === "signed-out" && owed > 0,
      "notice-somebody-else": trouble === "somebody-else" && owed > 0,
      "notice-closed": trouble === "closed",
      "notice-not-kept": !keeps,
      "notice-damaged": damaged > 0,
      "notice-attend": conflicts.length + refused.length > 0,
    };
    for (const [id, shown] of Object.entries(wanted)) document.getElementById(id).hidden = !shown;
    document.querySelector("[data-closed-said]").textContent = said ?? "";
    for (const part of document.querySelectorAll("#notice-not-kept [data-why]")) part.hidden = part.dataset.why !== why;
    held(keeps && owed > 0 && (trouble === "network" || trouble === "busy"));
    list([
      ...conflicts.map((no) => ({ no, words: text("attend.conflict", { no }) })),
      ...refused.map(({ no, problem }) => ({ no, words: text("attend.refused", { no, why: problem.detail || problem.title }) })),
    ]);
  };

  // Drawn anew only when it differs, so that a link being reached for stays where it is.
  function list(matters) {
    const now = JSON.stringify(matters);
    if (now === listed) return;
    listed = now;
    links.replaceChildren(...matters.map(line));
  }

  function line({ no, words }) {
    const page = isEssay.get(no) ? attend.dataset.essayPage : `${attend.dataset.questionsPage}#item-${no}`;
    const link = Object.assign(document.createElement("a"), { href: page, textContent: words });
    const entry = document.createElement("li");
    entry.append(link);
    return entry;
  }
}

// Shows a notice only when its reason has lasted.
function makePatience(notice, timers) {
  let timer = null;
  return (wanted) => {
    if (wanted && timer === null) timer = timers.setTimeout(() => (notice.hidden = false), CALM_FOR);
    if (wanted) return;
    timers.clearTimeout(timer);
    timer = null;
    notice.hidden = true;
  };
}
