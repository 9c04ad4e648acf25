"""Numbers of PyTorch, scikit-learn and SciPy that RegressionTest compares with: python make.py > expected.json"""
import json
import random

import numpy
import scipy
import sklearn
import torch
from scipy.stats import spearmanr
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.preprocessing import StandardScaler

B, C = 40, 2
draw = random.Random(5)
# Quarters, so that all numbers are exact in float32, and there are ties.
outputs = [[draw.randrange(-8, 9) / 4 for _ in range(C)] for _ in range(B)]
# The first quantity like degrees, the second like a price; some are not known.
scale = [(40.0, 90.0), (0.5, 2.0)]
targets = [
    [
        None
        if draw.random() < 0.2
        else round(4 * (scale[c][1] + scale[c][0] * (outputs[i][c] + draw.gauss(0, 0.7)))) / 4
        for c in range(C)
    ]
    for i in range(B)
]
array = numpy.array([[numpy.nan if t is None else t for t in row] for row in targets])
scaler = StandardScaler().fit(array)


def loss(which):
    z = torch.tensor(outputs, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(scaler.transform(array))
    known = ~torch.isnan(y)
    value = which(z[known], y[known])
    value.backward()
    return {"loss": value.item(), "gradient": z.grad.flatten().tolist()}


answers = scaler.inverse_transform(numpy.array(outputs))
quantities = []
for c in range(C):
    rows = ~numpy.isnan(array[:, c])
    y, given = array[rows, c], answers[rows, c]
    quantities.append(
        {
            "mean_absolute_error": mean_absolute_error(y, given),
            "root_mean_squared_error": root_mean_squared_error(y, given),
            "r2": r2_score(y, given),
            "spearman": spearmanr(y, given).statistic,
        }
    )

print(
    json.dumps(
        {
            "versions": {
                "torch": torch.__version__,
                "scikit-learn": sklearn.__version__,
                "scipy": scipy.__version__,
            },
            "outputs": outputs,
            "targets": targets,
            "means": scaler.mean_.tolist(),
            "deviations": scaler.scale_.tolist(),
            "squared": loss(torch.nn.MSELoss()),
            "absolute": loss(torch.nn.L1Loss()),
            "huber": loss(torch.nn.HuberLoss(delta=0.75)),
            "quantities": quantities,
        }
    )
)
