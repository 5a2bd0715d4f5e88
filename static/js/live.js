// Boards of calls: what the stream pushes is shown at once, and durations tick in between. Hooks are data-*.
(() => {
  const POLL_MS = 3000, TRY_AGAIN_MS = 60000, SILENT_MS = 40000;
  const board = document.querySelector("[data-board]");
  const state = document.querySelector("[data-live-state]");
  if (!board) return;

  // ---- what passes by itself ----
  let ahead = 0; // seconds that the server's clock is ahead of this one
  const span = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    if (s < 60) return `${s}\u00a0s`;
    if (s < 3600) return `${Math.floor(s / 60)}\u00a0min`;
    return s < 172800 ? `${Math.floor(s / 3600)}\u00a0h` : `${Math.floor(s / 86400)}\u00a0d`;
  };
  const clock = (seconds) => {
    const s = Math.max(0, Math.floor(seconds)), two = (n) => String(n).padStart(2, "0");
    const minutes = Math.floor(s / 60) % 60, hours = Math.floor(s / 3600);
    return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
  };
  const tick = () => {
    const now = Date.now() / 1000 + ahead;
    for (const one of board.querySelectorAll("[data-since]")) one.textContent = clock(now - one.dataset.since);
    for (const one of board.querySelectorAll("[data-age]")) {
      one.textContent = one.dataset.words.replace("AGE", span(now - one.dataset.age));
    }
    for (const one of document.querySelectorAll("[data-clock]")) {
      const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: one.dataset.zone };
      one.textContent = new Date(now * 1000).toLocaleTimeString(document.documentElement.lang, options);
    }
  };
  // On the wall nobody scrolls: rows that have no room are counted instead.
  const fit = () => {
    if (!document.querySelector("[data-wall]")) return;
    const end = board.querySelector(".sb-now-mid").getBoundingClientRect().bottom;
    for (const part of board.querySelectorAll("[data-fits]")) {
      const rows = [...part.querySelectorAll("li")];
      for (const row of rows) row.hidden = false;
      const key = part.querySelector("[data-key]")?.offsetHeight ?? 0;
      const below = innerWidth > 900 ? rows.filter((row) => row.getBoundingClientRect().bottom > end - key) : [];
      for (const row of below) row.hidden = true;
      const words = part.querySelector("[data-below]");
      words.hidden = !below.length;
      words.textContent = words.dataset.words.replace("COUNT", below.length);
    }
  };
  // The menu that is open, and where the keyboard is, outlast what is pushed, as long as their call does.
  const row = (call) => board.querySelector(`[data-call="${call}"]`);
  const stops = (one) => [...one.querySelectorAll("a, summary")];
  const replace = (html) => {
    const open = board.querySelector("details[open]")?.closest("[data-call]").dataset.call;
    const held = board.contains(document.activeElement) && document.activeElement.closest("[data-call]");
    const at = held ? stops(held).indexOf(document.activeElement) : -1;
    board.innerHTML = html;
    if (open && row(open)) row(open).querySelector("details").open = true;
    if (held && row(held.dataset.call)) stops(row(held.dataset.call))[at]?.focus({ preventScroll: true });
  };
  const show = (html) => {
    if (html !== undefined) replace(html);
    ahead = Number(board.querySelector("[data-now]").dataset.now) - Date.now() / 1000;
    tick();
    fit();
  };
  const say = (words) => {
    if (state.hidden === !words && state.textContent === words) return;
    state.textContent = words;
    state.hidden = !words;
  };

  // ---- pushed, or asked for where too many watch ----
  let source, heardAt = Date.now(), polling;
  const poll = async () => {
    try {
      const answer = await fetch(board.dataset.poll, { headers: { "HX-Request": "true" } });
      if (answer.ok && !answer.redirected) {
        show(await answer.text());
        say(state.dataset.asking);
        return;
      }
    } catch { /* said below */ }
    say(state.dataset.lost);
  };
  const listen = () => {
    source?.close();
    source = new EventSource(board.dataset.stream);
    heardAt = Date.now();
    const heard = () => {
      heardAt = Date.now();
      clearInterval(polling);
      polling = undefined;
      say("");
    };
    source.addEventListener("beat", heard);
    source.addEventListener("board", (event) => { heard(); show(event.data); });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) { say(state.dataset.lost); return; }
      if (polling) return;
      poll();
      polling = setInterval(poll, POLL_MS);
      setTimeout(listen, TRY_AGAIN_MS);
    });
  };
  setInterval(() => {
    tick();
    if (Date.now() - heardAt > SILENT_MS && !polling) { say(state.dataset.lost); listen(); }
  }, 1000);
  addEventListener("resize", fit);
  show();
  listen();
})();
