/// The style sheet of pages: light and dark, wide and narrow, and print.
enum ReportStyle {
    static let text =
        colors(light, "") + "@media (prefers-color-scheme: dark) {\n" + colors(dark, "  ") + "}\n" + textures
        + rules

    /// A hue: its colour, the colour of text on it, its second shade, and the colour of text on that. The third shade is
    /// mixed from the first.
    private typealias Hue = (String, String, String, String)

    /// Tol's "muted" scheme; the second shades are lighter, and the third ones darker.
    private static let light: [Hue] = [
        ("#3f3591", "#fff", "#8f87c4", "#17181c"), ("#cc6677", "#17181c", "#dc98a3", "#17181c"),
        ("#2f9c8c", "#17181c", "#82c3b8", "#17181c"), ("#d3bd5f", "#17181c", "#e0d08b", "#17181c"),
        ("#a0429a", "#fff", "#c788c3", "#17181c"), ("#7cc1e4", "#17181c", "#a9d4ea", "#17181c"),
        ("#832251", "#fff", "#b77a98", "#17181c"), ("#1d7a3c", "#fff", "#77b189", "#17181c"),
        ("#93932f", "#17181c", "#bcbc7c", "#17181c"),
    ]
    /// Lighter colours for contrast with black. The second shades are darker, and the third ones lighter.
    private static let dark: [Hue] = [
        ("#8077d8", "#111", "#625ba8", "#fff"), ("#d98090", "#111", "#a5626e", "#fff"),
        ("#4db3a4", "#111", "#3c8a7f", "#fff"), ("#d9c876", "#111", "#a5985a", "#fff"),
        ("#c575bf", "#111", "#985a93", "#fff"), ("#86c5e6", "#111", "#6494ad", "#fff"),
        ("#b85a87", "#111", "#8f466a", "#fff"), ("#57ab72", "#111", "#438357", "#fff"),
        ("#b0b04f", "#111", "#87873d", "#fff"),
    ]

    private static func colors(_ hues: [Hue], _ indent: String) -> String {
        let isLight = indent.isEmpty
        let base =
            isLight
            ? "--bg:#fcfcfa;--shade:rgba(20,24,28,.28);--card:#fff;--ink:#1c2126;--soft:#555e68;--rule:#e2e3df;--grid:#ecece8;--link:#2b5fa3;"
                + "--none:#d9dad6;--held:#b9bbb7;--pale:.22;--other:#a8adb3;--mark:#ffe08a"
            : "--bg:#15181b;--shade:rgba(255,255,255,.28);--card:#1c2024;--ink:#e7e9eb;--soft:#a3acb5;--rule:#31373d;--grid:#262b30;--link:#8db9f0;"
                + "--none:#343a40;--held:#4d545b;--pale:.34;--other:#6b737b;--mark:#6d5a14"
        var text = "\(indent):root{\(base)}\n"
        for (index, hue) in hues.enumerated() {
            text += "\(indent).k\(index){--c:\(hue.0);--t:\(hue.1)}\n"
            text += "\(indent).k\(index + hues.count){--c:\(hue.2);--t:\(hue.3)}\n"
            let third = mix(hue.0, isLight ? 0 : 255, percent: isLight ? 38 : 45)
            text += "\(indent).k\(index + 2 * hues.count){--c:\(third);--t:\(isLight ? "#fff" : "#111")}\n"
        }
        let on = isLight ? "#17181c" : "#fff"
        return text + "\(indent).kn{--c:var(--other);--t:\(isLight ? "#17181c" : "#111")}"
            + ".kw{--c:var(--held);--t:\(on)}.ku{--c:var(--none);--t:\(on)}\n"
    }

    /// Mixes a colour with black (0) or white (255).
    private static func mix(_ color: String, _ other: Int, percent: Int) -> String {
        let value = Int(color.dropFirst(), radix: 16) ?? 0
        var mixed = 0
        for shift in [16, 8, 0] {
            let part = value >> shift & 255
            mixed = mixed << 8 | (part * (100 - percent) + other * percent) / 100
        }
        let digits = String(mixed, radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }

    private static let textures = Texture.all.map { ".swatch.\($0.name){background-image:\($0.background)}\n" }.joined()

    private static let rules = """
        *{box-sizing:border-box}
        html{background:var(--bg);color:var(--ink);scroll-behavior:smooth;-webkit-text-size-adjust:100%}
        body{margin:0 auto;max-width:1144px;padding:28px 32px 64px;font:15px/1.5 system-ui,-apple-system,"Segoe UI",
        Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
        @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
        h1{font-size:25px;line-height:1.25;margin:0;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
        h2{font-size:18px;margin:0 0 2px;font-weight:650}
        h3{font-size:15px;margin:0;font-weight:650}
        p{margin:0 0 12px}
        a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
        :focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
        .skip{position:absolute;left:-9999px}
        .skip:focus{left:12px;top:8px;background:var(--card);padding:4px 10px;z-index:1}
        .subtitle,.lead,.note,figcaption{color:var(--soft)}
        .subtitle{margin:4px 0 14px;overflow-wrap:anywhere}
        .lead{max-width:76ch}
        nav ul,.legend,.topics,.plain{list-style:none;margin:0;padding:0}
        nav a{text-decoration:none}nav a:hover{text-decoration:underline}
        nav ul{display:flex;flex-wrap:wrap;gap:2px 18px;border-bottom:1px solid var(--rule);padding-bottom:12px}
        section{margin-top:44px;scroll-margin-top:12px}
        section.controls{margin-top:26px}
        button{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--soft);border-radius:6px;
        padding:5px 14px;margin:0 10px 8px 0;cursor:pointer}
        button:hover{border-color:var(--link)}button:disabled{color:var(--soft);cursor:default}
        .controls p[role=status]{min-height:1.5em;margin:0;color:var(--soft)}
        dl,dd{margin:0}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:18px 28px;margin:26px 0 0}
        .tile{display:flex;flex-direction:column}
        .tile dt{color:var(--soft);font-size:13px}
        .tile dd{font-size:27px;line-height:1.25;font-weight:600;letter-spacing:-.015em}
        .tile dd.long{font-size:19px;line-height:34px;white-space:nowrap}
        .tile dd.note{font-size:13px;font-weight:400;letter-spacing:0;line-height:1.4}
        figure{margin:8px 0 0}
        svg{display:block;width:100%;height:auto;overflow:visible}
        svg.phone{display:none}
        svg text{font-size:12px;fill:var(--soft)}
        .e{text-anchor:end}.m{text-anchor:middle}.s{font-size:10px}
        .b,.n{fill:var(--ink);font-weight:600}.q{fill:var(--soft);font-weight:400}
        svg text.b{fill:var(--ink)}svg tspan.n{fill:var(--ink)}svg tspan.q{fill:var(--soft)}
        .grid{stroke:var(--grid);fill:none}.axis{stroke:var(--rule);fill:none}
        .bands path{fill:var(--c);stroke:var(--bg);stroke-width:.7;stroke-linejoin:round}
        .bands:hover path,.stays:hover path,.moves:hover path{opacity:.35}
        .bands path:hover,.stays path:hover,.moves path:hover{opacity:1}
        svg text.on{fill:var(--t);text-anchor:middle;font-weight:600;pointer-events:none}
        .lines path{stroke:var(--c);stroke-linecap:round;fill:none}
        .lines:hover path{opacity:.3}.lines path:hover{opacity:1}
        .links path{stroke:var(--c);stroke-width:1.6;stroke-opacity:.75;fill:none}
        .marks circle{fill:var(--bg);stroke:var(--c);stroke-width:1.8}
        .marks path{stroke:var(--c);stroke-width:2.2;fill:none}
        .marks path.drift{fill:var(--bg);stroke-width:1.4}
        .stays path,.moves path{fill:var(--c)}
        .stays path{fill-opacity:var(--pale)}.moves path{fill-opacity:.85}
        rect{fill:var(--c)}.texture{fill:none;stroke:var(--bg);stroke-width:1.2}
        svg text.band{fill:var(--ink);text-anchor:middle;font-weight:600;pointer-events:none;paint-order:stroke;
        stroke:var(--bg);stroke-width:3px;stroke-opacity:.8}
        .map circle{fill:var(--c);stroke:var(--bg)}.map .near{fill:none;stroke:var(--other);stroke-opacity:.6}
        .map a:hover circle,.map a:focus-visible circle{stroke:var(--ink);stroke-width:2}
        .line{fill:none;stroke:var(--c);stroke-width:1.8;stroke-linejoin:round}
        .area{fill:var(--c);fill-opacity:.16}
        .legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin-top:8px;font-size:13px;color:var(--soft)}
        .legend a{color:var(--ink);text-decoration:none}.legend a:hover{text-decoration:underline}
        .legend b{font-weight:650}
        .swatch{display:inline-block;width:11px;height:11px;border-radius:3px;background:var(--c);margin-right:6px;
        vertical-align:-1px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
        .over{position:relative}
        .veil{position:absolute;background:var(--bg);opacity:.72;border-left:2px solid var(--ink);pointer-events:none}
        .over:not([style*="--at"]) .veil,.over[style*="--at:1.0000"] .veil,.over.now .veil{display:none}
        .veil.phone{display:none}
        .time{margin:2px 0 10px;padding:0 1.11% 0 4.81%}
        .time input{display:block;width:calc(100% + 16px);margin:0 -8px;height:28px;accent-color:var(--link);cursor:pointer}
        .time p{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 10px;margin:0;color:var(--soft);font-size:14px}
        .time output{color:var(--ink);font-weight:600}
        .find p{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 12px;margin:0 0 8px}.find label{width:7rem;color:var(--soft)}
        .search{display:flex;flex-wrap:wrap;align-items:center;gap:6px 12px;margin:0 0 12px;font-size:14px;color:var(--soft)}
        .search input,.find input{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--soft);border-radius:6px;
        padding:5px 10px;min-width:0;width:min(22rem,100%)}
        .search .go,.time .go{margin:0;padding:3px 12px}
        .live .go{display:none}
        mark{background:none;color:inherit;box-shadow:inset 0 -.45em var(--mark)}
        .now{white-space:nowrap}[hidden]{display:none}
        .over+h3{margin-top:18px}
        .news td.one{color:var(--soft);width:1%}
        .pair{display:grid;grid-template-columns:1fr;gap:28px}
        .pair h3{margin-bottom:2px}
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(320px,100%),1fr));gap:16px;margin-top:8px}
        .card{background:var(--card);border:1px solid var(--rule);border-top:4px solid var(--c);border-radius:8px;
        padding:12px 16px 14px;scroll-margin-top:12px;min-width:0}
        .card:target{outline:2px solid var(--link);outline-offset:2px}
        .card h3{display:flex;justify-content:space-between;align-items:baseline;gap:8px}
        .card h3 span{font-weight:400;color:var(--soft);font-size:14px}
        .card h3 b{color:var(--ink);font-weight:650}
        .card .spark{height:26px;margin:6px 0 8px}
        .spark path{fill:none;stroke:var(--c);stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round}
        .topics{display:flex;flex-wrap:wrap;gap:5px;margin:0 0 8px}
        .topics li{border:1px solid var(--rule);border-radius:11px;padding:0 9px;font-size:13px;line-height:20px;
        background:var(--bg);max-width:100%;overflow-wrap:anywhere}
        .topics li.lead1{font-weight:600}
        .card p{margin:0 0 3px;font-size:13px;color:var(--soft)}
        .card p b{color:var(--ink);font-weight:600}
        .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(340px,100%),1fr));gap:0 32px}
        .facts div{display:flex;justify-content:space-between;gap:16px;border-bottom:1px solid var(--rule);padding:5px 0}
        .facts dt{color:var(--soft);flex:1 0 auto;max-width:55%}.facts dd{flex:0 1 auto;text-align:right;overflow-wrap:anywhere;font-weight:550}
        .sign div{padding:30px 0 5px}
        .scroll{overflow-x:auto;scrollbar-width:thin;background:linear-gradient(90deg,var(--bg) 40%,transparent) 0 0,
        linear-gradient(270deg,var(--bg) 40%,transparent) 100% 0,linear-gradient(90deg,var(--shade),transparent) 0 0,
        linear-gradient(270deg,var(--shade),transparent) 100% 0;background-repeat:no-repeat;
        background-size:40px 100%,40px 100%,14px 100%,14px 100%;background-attachment:local,local,scroll,scroll}
        table{border-collapse:collapse;width:100%;font-size:14px}
        th,td{text-align:left;padding:5px 14px 5px 0;border-bottom:1px solid var(--rule);vertical-align:top;font-weight:400}
        thead th{color:var(--soft);font-size:13px;white-space:nowrap}
        .numbers td,.numbers thead th+th,.r{text-align:right;white-space:nowrap}
        tbody th{min-width:14ch;max-width:34ch;overflow-wrap:anywhere}
        .own,td.one{white-space:nowrap}
        details{margin-top:10px}summary{cursor:pointer;color:var(--link);font-size:14px;width:fit-content}
        .notes{border-left:3px solid var(--rule);padding:2px 0 2px 14px;margin:18px 0 0}
        .notes p{margin:0}
        code,.mono{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
        footer{margin-top:48px;border-top:1px solid var(--rule);padding-top:14px;color:var(--soft);font-size:13px}
        @media (max-width:699px){
          body{padding:20px 16px 48px}
          svg.wide,.veil.wide{display:none}svg.phone,.veil.phone{display:block}
          .time{padding:0 3.35% 0 11.17%}
          h1{font-size:21px}section{margin-top:36px}
          .tiles{grid-template-columns:1fr 1fr;gap:16px 20px}.tile dd{font-size:23px}
        }
        @media print{
          body{max-width:none;padding:0;font-size:12px}nav,.skip,details:not([open]){display:none}
          svg.phone{display:none}svg.wide{display:block}
          .card,figure,tr{break-inside:avoid}h2{break-after:avoid}
          .cards{grid-template-columns:1fr 1fr 1fr}
          svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        }

        """
}
