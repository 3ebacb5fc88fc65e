/// The script of the page: it looks every ten seconds whether there is a newer model, and then shows the page again.
enum LiveScript {
    static let text = """
        "use strict";
        let tag = null;
        async function refresh() {
          try {
            const answer = await fetch("/v1/models?limit=1", {cache: "no-cache"});
            if (!answer.ok) return;
            const now = answer.headers.get("ETag");
            const isNew = tag !== null && now !== tag;
            tag = now;
            if (!isNew) return;
            const page = await fetch("/", {cache: "no-store"});
            if (!page.ok) return;
            const next = new DOMParser().parseFromString(await page.text(), "text/html");
            const open = [...document.querySelectorAll("details")].map(part => part.open);
            document.body.replaceChildren(...next.body.childNodes);
            document.querySelectorAll("details").forEach((part, index) => { part.open = open[index] || false; });
          } catch { /* The server is away: the page stays as it is. */ }
        }
        refresh();
        setInterval(refresh, 10000);

        """
}
