"""Makes neighbours.json of PrototypesTest: what scikit-learn's KNeighborsClassifier and NearestCentroid say of random
vectors.

    pip install numpy scikit-learn
    python make_neighbours.py neighbours.json
"""

import json
import sys

import numpy
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

random = numpy.random.default_rng(0)
labels = numpy.arange(60) % 4
centres = random.normal(size=(4, 6))
vectors = (centres[labels] + 1.2 * random.normal(size=(60, 6))).astype(numpy.float32)
asked = (centres[numpy.arange(40) % 4] + 1.2 * random.normal(size=(40, 6))).astype(numpy.float32)
said = {"vectors": vectors.tolist(), "labels": labels.tolist(), "asked": asked.tolist()}
for count in (1, 5, 8):
    voters = KNeighborsClassifier(count, algorithm="brute").fit(vectors.astype(float), labels)
    said[f"neighbours{count}"] = voters.predict(asked.astype(float)).tolist()
    said[f"shares{count}"] = voters.predict_proba(asked.astype(float)).tolist()
said["centroid"] = NearestCentroid().fit(vectors.astype(float), labels).predict(asked.astype(float)).tolist()
with open(sys.argv[1], "w") as out:
    json.dump(said, out)
    out.write("\n")
