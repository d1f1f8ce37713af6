/* Prints the list when asked to. */
document.querySelector("[data-print]").addEventListener("click", () => window.print());
