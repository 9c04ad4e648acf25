"""Writes expected.json: numpy's figures of a change of matrices that a formula gives.

W[i, j] = sin(1.7 (i + 1)(j + 1) + 0.3 (i + 1)^2), W'[i, j] = W[i, j] (1 + 0.3 cos(i + 1) sin(2 j + 1)).

    python make_spectrum.py > expected.json
"""

import json

import numpy

LEADING = 4


def matrices(rows, columns):
    i = numpy.arange(1, rows + 1)[:, None].astype(float)
    j = numpy.arange(columns)[None, :].astype(float)
    before = numpy.sin(1.7 * i * (j + 1) + 0.3 * i**2)
    return before, before * (1 + 0.3 * numpy.cos(i) * numpy.sin(2 * j + 1))


def entropy_rank(values):
    p = values / values.sum()
    return float(numpy.exp(-(p * numpy.log(p)).sum()))


def angles(u, v):
    cosines = numpy.linalg.svd(u.T @ v, compute_uv=False)
    return numpy.degrees(numpy.arccos(numpy.minimum(1, cosines))).tolist()


cases = []
for rows, columns in [(12, 7), (7, 12), (60, 60), (96, 40)]:
    before, after = matrices(rows, columns)
    u, s, vt = numpy.linalg.svd(before)
    u2, s2, vt2 = numpy.linalg.svd(after)
    change = numpy.linalg.svd(after - before, compute_uv=False)
    cases.append(
        {
            "rows": rows,
            "columns": columns,
            "leading": LEADING,
            "before": s.tolist(),
            "after": s2.tolist(),
            "change": change.tolist(),
            "effective_rank": [entropy_rank(x) for x in (s, s2, change)],
            "relative_norm": float(numpy.linalg.norm(after - before) / numpy.linalg.norm(before)),
            "outputs": angles(u[:, :LEADING], u2[:, :LEADING]),
            "inputs": angles(vt[:LEADING].T, vt2[:LEADING].T),
        }
    )
print(json.dumps(cases, indent=1))
