/// The script of the page: it shows the page again after each model. It hears of them by events or, without those, looks every ten
/// seconds. A page that cannot be seen does neither, because a browser has few connections to a host.
enum LiveScript {
    static let text = """
        "use strict";
        let tag = null, events = null, isBusy = false, isDue = false;
        async function refresh() {
          isDue = true;
          if (isBusy) return;
          isBusy = true;
          while (isDue) {
            isDue = false;
            try { await show(); } catch { /* The server is away: the page stays as it is. */ }
          }
          isBusy = false;
        }
        async function show() {
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
          const parts = [...next.body.childNodes], kept = document.getElementById("controls");
          const place = parts.findIndex(part => part.id === "controls");
          if (kept && place >= 0) {
            // Buttons keep the focus.
            for (const part of [...document.body.childNodes]) if (part !== kept) part.remove();
            kept.before(...parts.slice(0, place));
            kept.after(...parts.slice(place + 1));
          } else {
            document.body.replaceChildren(...parts);
          }
          document.querySelectorAll("details").forEach((part, index) => { part.open = open[index] || false; });
        }
        function look() {
          if (document.hidden) {
            if (events) events.close();
            return;
          }
          if (window.EventSource && (!events || events.readyState === EventSource.CLOSED)) {
            events = new EventSource("/v1/changes");
            events.addEventListener("model", refresh);
          }
          if (!events || events.readyState !== EventSource.OPEN) refresh();
        }
        look();
        document.addEventListener("visibilitychange", look);
        setInterval(look, 10000);

        """
}
