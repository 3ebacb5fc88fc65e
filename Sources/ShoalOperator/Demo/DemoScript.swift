/// The script of the buttons on the demo's page.
enum DemoScript {
    static let path = "/demo.js"

    static let text = """
        "use strict";
        const controls = document.getElementById("controls");
        const told = controls.querySelector("[role=status]");
        for (const button of controls.querySelectorAll("button")) {
          button.disabled = false;
          button.addEventListener("click", async () => {
            try {
              const answer = await fetch(button.dataset.path, {method: "POST", body: controls.dataset.token});
              const body = await answer.json();
              told.textContent = body.text || body.detail;
            } catch {
              told.textContent = "The demo has ended.";
            }
          });
        }

        """
}
