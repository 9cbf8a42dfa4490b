"""Time and memory against size, of the results that sizes.sh has collected: a table, and plots."""

import pathlib
import sys

import plots
import report


def main(folder):
    series, about = {}, set()
    for path in folder.glob("size-*.jsonl"):
        runs, heads, _ = report.read(path)
        about.add(heads[-1]["versions"]["commit"][:9])
        for server, database, contender in runs:
            key = (server, database, contender)
            # the script's own length: what `--size` gives is the rows' in their files
            mb = runs[key][0]["plain"] / 1e6
            series.setdefault((server, contender), []).append(
                (mb, report.median(runs, key), report.median(runs, key, "peak") / 2**20))
    print(f"Commits: {', '.join(sorted(about))}\n\n| server | contender | MB of SQL | wall, s | ms per MB | peak, MiB |\n|---|---|---|---|---|---|")
    for (server, contender), of in sorted(series.items()):
        for mb, wall, peak in sorted(of):
            print(f"| {server} | {contender.replace('|', chr(92) + '|')} | {mb:.0f} | {wall:.2f} | {1000 * wall / mb:.2f} | {peak:.0f} |")
    for server in sorted({server for server, _ in series}):
        ours = [(contender, of) for (name, contender), of in sorted(series.items()) if name == server]
        of_time = [(name, [(mb, 1000 * wall / mb) for mb, wall, _ in of]) for name, of in ours]
        of_memory = [(name, [(mb, peak) for mb, _, peak in of]) for name, of in ours]
        for what, title, lines in (("cost", "ms for each MB", of_time), ("memory", "peak memory, MiB", of_memory)):
            path = folder / f"{server}-{what}.svg"
            path.write_text(plots.lines(f"{server}, mixed: {title}, against size", "MB of SQL", lines, logarithmic=True))


main(pathlib.Path(sys.argv[1]))
