//! The page of all backups, in a real browser: at the width of a phone and of a desk, light and dark.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::night::Night;

/// Shows the page in a frame of some width, with all details open, and says what came of it: how far
/// it sticks out, whether it is dark, the weakest contrast of any text, and what is drawn.
const LOOK: &str = r#"<!DOCTYPE html>
<meta name="color-scheme" content="light dark">
<iframe id="frame" width="WIDTH" height="900" src="page.html"></iframe><pre id="out"></pre>
<script>
const parts = text => text.match(/[\d.]+/g).map(Number);
const light = colour => {
  const [r, g, b] = parts(colour).map(c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
onload = () => {
  const view = document.getElementById("frame").contentWindow, page = view.document;
  page.querySelectorAll("details").forEach(one => one.open = true);
  const behind = one => {
    for (let at = one; at; at = at.parentElement) {
      const colour = view.getComputedStyle(at).backgroundColor;
      if (colour != "rgba(0, 0, 0, 0)") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  let weakest = 99;
  for (const one of page.body.querySelectorAll("*")) {
    if (![...one.childNodes].some(node => node.nodeType == 3 && node.data.trim())) continue;
    if (one.tagName == "title") continue;
    const style = view.getComputedStyle(one);
    const [a, b] = [one.ownerSVGElement ? style.fill : style.color, behind(one)].map(light);
    weakest = Math.min(weakest, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  const boxes = [...page.querySelectorAll("svg")].map(one => one.getBoundingClientRect());
  document.getElementById("out").textContent = "LOOK " + JSON.stringify({
    over: page.documentElement.scrollWidth - view.innerWidth,
    dark: view.matchMedia("(prefers-color-scheme: dark)").matches,
    back: behind(page.body),
    weakest,
    drawings: boxes.filter(box => box.width > 200 && box.height > 30 && box.right <= view.innerWidth).length,
    scripts: page.scripts.length,
    text: page.body.innerText.length,
  }) + " END";
};
</script>"#;

/// A store of a year, of two databases, one of which failed last night.
fn night() -> Night {
    let night = Night::new(
        "[report]\nhtml = \"page.html\"\n[[target]]\nname = \"a-rather-long-name-of-a-target-in-some-data-centre\"\nkind = \"command\"\n\
         list = \"echo shop; echo a_database_whose_name_somebody_thought_of_for_much_too_long_a_time\"\n\
         dump = \"test $DUMPKEEP_DATABASE = shop && echo x || { echo oh >&2; exit 1; }\"\nschedule = \"15 2 * * *\"\n",
    );
    let dumps = night
        .store()
        .join("a-rather-long-name-of-a-target-in-some-data-centre/shop/dumps");
    fs::create_dir_all(&dumps).expect("a folder");
    let today = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).date_naive();
    for day in 1..360 {
        let name = (today - chrono::TimeDelta::days(day)).format("shop_%Y-%m-%d_02-15-00.dump.zst");
        let size = 20_000 + usize::try_from(day).expect("small") * 131 % 9000;
        fs::write(dumps.join(name.to_string()), vec![1; size]).expect("written");
    }
    assert_eq!(night.run(&["backup"]).code, Some(4));
    night
}

fn looked_at(folder: &Path, width: u32, scheme: u32) -> serde_json::Value {
    let file = folder.join("look.html");
    fs::write(&file, LOOK.replace("WIDTH", &width.to_string())).expect("written");
    let profile = tempfile::tempdir().expect("a folder");
    let done = Command::new("chromium-headless-shell")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .args([
            "--allow-file-access-from-files",
            "--virtual-time-budget=5000",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("chromium-headless-shell is installed: run scripts/install-servers.sh");
    let text = String::from_utf8_lossy(&done.stdout);
    let seen = text.split("LOOK {").nth(2).or(text.split("LOOK {").nth(1));
    let seen = seen.and_then(|rest| rest.split("} END").next());
    let seen = seen.unwrap_or_else(|| panic!("nothing was seen: {done:?}"));
    serde_json::from_str(&format!("{{{seen}}}")).expect("JSON")
}

#[test]
fn the_page_reads_well_on_a_phone_and_on_a_desk_by_day_and_by_night() {
    let night = night();
    let folder = night.config();
    let folder = folder.parent().expect("a folder");
    for width in [360, 1280] {
        let [dark, light] = [0, 1].map(|scheme| looked_at(folder, width, scheme));
        assert_eq!(
            (&dark["dark"], &light["dark"]),
            (&true.into(), &false.into())
        );
        assert_ne!(
            dark["back"], light["back"],
            "it has a dark and a light side"
        );
        for seen in [dark, light] {
            assert!(
                seen["over"].as_i64().expect("a number") <= 0,
                "{width}: {seen}"
            );
            assert!(
                seen["weakest"].as_f64().expect("a number") >= 4.5,
                "{width}: {seen}"
            );
            assert!(
                seen["drawings"].as_u64().expect("a number") >= 2,
                "{width}: {seen}"
            );
            assert_eq!(seen["scripts"], 0);
            assert!(
                seen["text"].as_u64().expect("a number") > 1000,
                "{width}: {seen}"
            );
        }
    }
}
