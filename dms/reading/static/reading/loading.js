/* Fetches a page's image and the parts of the screen that change with it. An image is fetched once: every fetch is a look. */

const PART = { "X-Reading-Part": "1", Accept: "text/html" };

/* Answers {url} of a blob, or {problem} in words. */
export async function fetchImage(address, signal, words) {
  try {
    const response = await fetch(address, { signal, headers: { Accept: "image/jpeg, application/json" } });
    if (response.ok) return { url: URL.createObjectURL(await response.blob()) };
    const refusal = await response.json();
    return { problem: `${refusal.title} ${refusal.detail}`.trim() };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { problem: words.loadFailed };
  }
}

/* Answers the new state after putting the new parts in place; null where the server would not give them. */
export async function fetchParts(address, signal) {
  const response = await fetch(address, { signal, headers: PART });
  if (!response.ok || response.redirected) return null;
  const parts = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const id of ["reader-text", "reader-versions"]) {
    document.getElementById(id).replaceChildren(...parts.getElementById(id).childNodes);
    document.getElementById(id).scrollTop = 0;
  }
  const problem = parts.getElementById("reader-query-problem");
  const shown = document.getElementById("reader-query-problem");
  shown.textContent = problem.textContent;
  shown.hidden = problem.hidden;
  return JSON.parse(parts.getElementById("reader-state").textContent);
}
