/* Selecting many unplaced scans at once: all, or a range with the shift key. */
(function () {
  "use strict";

  const form = document.querySelector(".unplaced");
  const all = form.querySelector("[data-all]");
  const boxes = Array.from(form.querySelectorAll("[name=scan]"));
  let last = -1;

  function mark() {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }

  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    mark();
  });
  boxes.forEach((box, place) => {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last >= 0) {
        for (let i = Math.min(last, place); i <= Math.max(last, place); i += 1) boxes[i].checked = box.checked;
      }
      last = place;
      mark();
    });
  });
  // Enter in the reason's field discards, anywhere else it places.
  document.getElementById("id_reason").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    form.querySelector("[value=discard]").click();
  });
  mark();
})();
