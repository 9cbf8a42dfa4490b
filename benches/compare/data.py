"""The seeded data: tab-separated files that both COPY and LOAD DATA read. Same seed, same bytes."""

import json
import random

SHARES = {"narrow": 0.2, "wide": 0.45, "blobs": 0.15, "numerics": 0.1}
SMALL_TABLES = 400


def words(rng):
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    weights = range(52, 0, -2)
    return ["".join(rng.choices(letters, weights, k=rng.randint(2, 10))) for _ in range(3000)]


def sentences(rng):
    pool = words(rng)
    ends = [". ", ".\\n", "; it's ", " \\\\ ", " \"so\" ", "? ", " größer "]
    return [" ".join(rng.choices(pool, k=rng.randint(4, 14))) + rng.choice(ends) for _ in range(20000)]


def narrow(rng):
    number = 0
    while True:
        number += 1
        bits = rng.getrandbits(96)
        yield (f"{number}\t{bits & 0xFFFFFF}\t{(bits >> 24) % 1000}\t"
               f"{(bits >> 40) - (1 << 31) & 0x7FFFFFFF}\t{bits >> 72 & 1}\n")


def wide(rng):
    pool, number = sentences(rng), 0
    while True:
        number += 1
        bits = rng.getrandbits(64)
        document = {"id": bits & 0xFFFF, "tags": [f"t{bits >> 8 & 63}", f"t{bits >> 16 & 63}"],
                    "price": (bits >> 20 & 0xFFFF) / 100, "key": f"{bits:016x}"}
        body = "".join(rng.choices(pool, k=4 + (bits >> 60)))
        yield (f"{number}\tcustomer {bits & 0xFFFFF}\t{body}\t{json.dumps(document)}\t"
               f"2026-{1 + bits % 12:02}-{1 + bits % 28:02} {bits % 24:02}:{bits % 60:02}:00\n")


def blobs(rng):
    number = 0
    while True:
        number += 1
        size = rng.randint(200, 16000)
        half = rng.randbytes(size // 2)
        yield f"{number}\t{(half + bytes(size - len(half))).hex()}\n"


def numerics(rng):
    number = 0
    while True:
        number += 1
        bits = rng.getrandbits(64)
        yield (f"{number}\t{bits % 10**8 / 100:.2f}\t{bits % 10**15 / 10**6:.6f}\t{rng.random() * 1e6!r}\t"
               f"20{bits % 27:02}-{1 + bits % 12:02}-{1 + bits % 28:02}\n")


def write(folder, megabytes):
    """Writes each table's file; gives rows by table."""
    rows = {}
    for maker in (narrow, wide, blobs, numerics):
        name = maker.__name__
        limit = int(megabytes * 1e6 * SHARES[name])
        rng = random.Random(f"dumpkeep {name}")
        size = count = 0
        with open(folder / f"{name}.tsv", "w", encoding="utf-8") as out:
            for line in maker(rng):
                if size >= limit:
                    break
                out.write(line)
                size += len(line)
                count += 1
        rows[name] = count
    return rows
