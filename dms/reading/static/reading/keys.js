/* The viewer's keys. They are taken before the shell's own, and left alone in fields, dialogs and with Ctrl, Alt, Meta. */

const EDITING = "input, textarea, select, [contenteditable]";

function shortcutsWanted() {
  const config = document.getElementById("wagtail-config");
  return !config || JSON.parse(config.textContent).KEYBOARD_SHORTCUTS_ENABLED !== false;
}

function isOthers(event, image) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  if (document.querySelector("dialog[open]")) return true;
  const target = event.target;
  if (target.closest?.(EDITING)) return true;
  if (target.closest?.("#wagtail-sidebar, [role=dialog]")) return true;
  if (target.closest?.("[role=tab]") && ["ArrowLeft", "ArrowRight"].includes(event.key)) return true;
  if (target.closest?.("[role=listbox]") && ["ArrowUp", "ArrowDown"].includes(event.key)) return true;
  // Whoever turned the shell's shortcuts off has them only while the image is focused.
  return !shortcutsWanted() && !image.contains(target);
}

/* `acts` says what each key does, by `KeyboardEvent.key`. */
export function startKeys(acts, image) {
  const handle = (event) => {
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || isOthers(event, image)) return;
    event.stopPropagation();
    if (event.type !== "keydown") return;
    event.preventDefault();
    act(event);
  };
  window.addEventListener("keydown", handle, true);
  window.addEventListener("keypress", handle, true);
}
