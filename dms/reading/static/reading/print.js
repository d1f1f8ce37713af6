/* Opens the print dialog once every image of the sheets has come, and says so where one did not. */

const images = [...document.querySelectorAll("image")];
const loaded = images.map((image) => new Promise((resolve, reject) => {
  const probe = image.getAttribute("href");
  image.addEventListener("load", resolve, { once: true });
  image.addEventListener("error", reject, { once: true });
  // Set again, so that an image that came before this script says so too.
  image.setAttribute("href", probe);
}));
document.getElementById("print-now").addEventListener("click", () => window.print());
Promise.all(loaded).then(() => window.print(), () => { document.getElementById("print-problem").hidden = false; });
