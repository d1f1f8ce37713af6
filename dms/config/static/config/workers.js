/* Refreshes the board every few seconds while somebody looks at it; never under the hands of who is about to press. */
(function () {
  "use strict";

  const EVERY = 4000;
  const board = document.querySelector("[data-board]");
  let failures = 0;

  async function refresh() {
    if (document.visibilityState === "visible" && !board.contains(document.activeElement)) {
      try {
        const answer = await fetch(board.dataset.board, { headers: { Accept: "text/html" }, credentials: "same-origin" });
        // A redirect means that the session ended: the screen stays as it was.
        if (answer.ok && !answer.redirected && !board.contains(document.activeElement)) {
          board.innerHTML = await answer.text();
        }
        failures = answer.ok ? 0 : failures + 1;
      } catch (error) {
        failures += 1;
      }
    }
    setTimeout(refresh, EVERY * Math.min(8, 1 + failures));
  }

  if (board) setTimeout(refresh, EVERY);
})();
