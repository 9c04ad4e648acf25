"""Makes logits.csv and expected.json beside this script: a classifier's figures by scikit-learn.

Run with scikit-learn 1.9.1 and NumPy 2.4.6: python make_figures.py
"""

import json
from pathlib import Path

import numpy as np
from sklearn import metrics

HERE = Path(__file__).resolve().parent
CLASSES = 8
EXAMPLES = 300
BINS = 15

random = np.random.default_rng(7)
labels = random.integers(0, 6, EXAMPLES)  # classes 6 and 7 have no examples
logits = random.normal(0, 2, (EXAMPLES, CLASSES))
logits[np.arange(EXAMPLES), labels] += 2
logits[:, 7] -= 40  # and class 7 is given to none
logits = np.round(logits * 2**14) / 2**14  # float32 holds these exactly
# Equal logits are left to tests that say which of them comes first.
assert all(len(set(row)) == CLASSES for row in logits)

shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
probabilities = shifted / shifted.sum(axis=1, keepdims=True)
predicted = probabilities.argmax(axis=1)
confidence = probabilities.max(axis=1)
everything = list(range(CLASSES))

edges = np.linspace(0, 1, BINS + 1)
error = 0
for low, high in zip(edges[:-1], edges[1:]):
    inside = (confidence > low) & (confidence <= high)
    if inside.any():
        accuracy = (predicted[inside] == labels[inside]).mean()
        error += inside.mean() * abs(accuracy - confidence[inside].mean())

precision, recall, f1, support = metrics.precision_recall_fscore_support(
    labels, predicted, labels=everything, zero_division=np.nan
)
expected = {
    "loss": metrics.log_loss(labels, probabilities, labels=everything),
    "accuracy": metrics.accuracy_score(labels, predicted),
    "top_five": metrics.top_k_accuracy_score(labels, probabilities, k=5, labels=everything),
    "macro_f1": metrics.f1_score(labels, predicted, average="macro"),
    "calibration_error": error,
    "precision": [None if np.isnan(x) else x for x in precision],
    "recall": [None if np.isnan(x) else x for x in recall],
    "f1": [None if np.isnan(x) else x for x in f1],
    "support": support.tolist(),
    "confusion": metrics.confusion_matrix(labels, predicted, labels=everything).tolist(),
}
(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
rows = [",".join([str(label), *map(str, row)]) for label, row in zip(labels, logits.tolist())]
(HERE / "logits.csv").write_text("\n".join(rows) + "\n")
