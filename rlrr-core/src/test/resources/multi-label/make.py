"""Numbers of PyTorch and scikit-learn that MultiLabelTest compares with: python make.py > expected.json"""
import json
import random

import sklearn
import torch
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
)

B, C = 40, 5
draw = random.Random(3)
# Quarters, so that there are ties and all numbers are exact in float32; label 4 is never there.
logits = [[draw.randrange(-12, 13) / 4 for _ in range(C)] for _ in range(B)]
targets = [
    [None if draw.random() < 0.2 else int(c != 4 and draw.random() < 0.3) for c in range(C)]
    for _ in range(B)
]
weights = [0.5, 2.0, 1.0, 3.0, 1.5]


def loss(pos_weight):
    z = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    y = torch.tensor([[0.0 if t is None else t for t in row] for row in targets], dtype=z.dtype)
    known = torch.tensor([[t is not None for t in row] for row in targets])
    each = torch.nn.functional.binary_cross_entropy_with_logits(
        z, y, reduction="none", pos_weight=pos_weight
    )
    value = each[known].mean()
    value.backward()
    return {"loss": value.item(), "gradient": z.grad.flatten().tolist()}


precisions, f1s, every_y, every_given, labels = [], [], [], [], []
for c in range(C):
    rows = [i for i in range(B) if targets[i][c] is not None]
    y = [targets[i][c] for i in rows]
    given = [int(logits[i][c] >= 0) for i in rows]
    every_y += y
    every_given += given
    f1s.append(f1_score(y, given))
    if any(y):
        scores = [logits[i][c] for i in rows]
        precisions.append(average_precision_score(y, scores))
        curve_p, curve_r, _ = precision_recall_curve(y, scores)
        best = max(2 * p * r / (p + r) for p, r in zip(curve_p, curve_r) if p + r > 0)
        labels.append(
            {
                "support": sum(y),
                "precision": precision_score(y, given),
                "recall": recall_score(y, given),
                "f1": f1s[-1],
                "average_precision": precisions[-1],
                "auroc": roc_auc_score(y, scores),
                "best_f1": best,
            }
        )

print(
    json.dumps(
        {
            "versions": {"torch": torch.__version__, "scikit-learn": sklearn.__version__},
            "logits": logits,
            "targets": targets,
            "weights": weights,
            "plain": loss(None),
            "weighted": loss(torch.tensor(weights, dtype=torch.float64)),
            "mean_average_precision": sum(precisions) / len(precisions),
            "macro_f1": sum(f1s) / len(f1s),
            "micro_f1": f1_score(every_y, every_given),
            "labels": labels,
        }
    )
)
