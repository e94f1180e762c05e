"""The grade as an estimator: the library's manners, and the same answers as the rule."""

import pickle

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

from fxwatch.classifier import IntegrityClassifier
from fxwatch.grading import grade

COUNTS = [[0, 0], [0, 1], [0, 3], [0, 4], [1, 0], [2, 9]]
LETTERS = ["A", "B", "B", "C", "C", "C"]

NOT_COUNTS = "fits on random fractions in any number of columns; ours are counts in two (own tests below)"
NOT_FITTED_HERE = dict.fromkeys(
    [
        "check_fit_score_takes_y",
        "check_estimators_overwrite_params",
        "check_dont_overwrite_parameters",
        "check_estimators_fit_returns_self",
        "check_readonly_memmap_input",
        "check_n_features_in_after_fitting",
        "check_positive_only_tag_during_fit",
        "check_estimators_dtypes",
        "check_dtype_object",
        "check_pipeline_consistency",
        "check_estimators_nan_inf",
        "check_estimators_pickle",
        "check_f_contiguous_array_estimator",
        "check_classifier_data_not_an_array",
        "check_classifiers_classes",
        "check_classifiers_train",
        "check_methods_sample_order_invariance",
        "check_methods_subset_invariance",
        "check_fit2d_1sample",
        "check_fit2d_1feature",
        "check_dict_unchanged",
        "check_fit_idempotent",
        "check_fit_check_is_fitted",
        "check_n_features_in",
        "check_fit2d_predict1d",
    ],
    NOT_COUNTS,
) | dict.fromkeys(
    ["check_classifiers_one_label", "check_classifiers_regression_target", "check_supervised_y_2d"],
    "expects the classes to be learned from y; ours are the article's",
)


@parametrize_with_checks([IntegrityClassifier()], expected_failed_checks=lambda _estimator: NOT_FITTED_HERE)
def test_it_has_the_manners_of_the_library(estimator, check):
    check(estimator)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30), st.integers(0, 6))
def test_it_says_what_the_rule_says(counts, most):
    said = IntegrityClassifier(max_notices_for_b=most).fit(counts).predict(counts)
    assert said.tolist() == [grade(breaches, notices, most).value for breaches, notices in counts]


def test_fitting_sets_the_classes_and_what_was_seen():
    frame = pl.DataFrame(COUNTS, schema=["breaches", "notices"], orient="row")
    fitted = IntegrityClassifier().fit(frame)
    assert fitted.classes_.tolist() == ["A", "B", "C"]
    assert fitted.n_features_in_ == 2
    assert fitted.feature_names_in_.tolist() == ["breaches", "notices"]
    assert fitted.predict(frame).tolist() == LETTERS
    assert fitted.score(frame, LETTERS) == 1.0


@pytest.mark.parametrize("columns", [["notices", "breaches"], ["breaches", "hits"]])
def test_a_frame_whose_columns_are_others_is_refused(columns):
    frame = pl.DataFrame(COUNTS, schema=columns, orient="row")
    with pytest.raises(ValueError, match="breaches, notices"):
        IntegrityClassifier().fit(frame)


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ([[0, -1]], "Negative"),
        ([[0, 1.5]], "Fractions"),
        ([[0, float("nan")]], "NaN"),
        ([[0, float("inf")]], "infinity"),
        ([[0, 1, 2]], "3 features"),
        ([[0]], "1 feature"),
        ([0, 1], "1D array"),
        (np.empty((0, 2)), "0 sample"),
    ],
)
def test_what_is_no_count_is_refused_by_fit_and_by_predict(counts, says):
    with pytest.raises(ValueError, match=says):
        IntegrityClassifier().fit(counts)
    with pytest.raises(ValueError, match=says):
        IntegrityClassifier().fit(COUNTS).predict(counts)


@pytest.mark.parametrize("most", [-1, 2.5, True])
def test_a_limit_that_is_no_count_is_refused(most):
    with pytest.raises(ValueError, match="max_notices_for_b"):
        IntegrityClassifier(max_notices_for_b=most).fit(COUNTS)


@pytest.mark.parametrize("kind", ["int8", "uint16", "int64", "float32", "float64", "object"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_kind_of_array_gives_the_same_grades(kind, order):
    counts = np.array(COUNTS, dtype=kind, order=order)
    counts.flags.writeable = False
    assert IntegrityClassifier().fit(counts).predict(counts).tolist() == LETTERS


def test_each_row_is_graded_by_itself_in_any_order():
    fitted, counts = IntegrityClassifier().fit(COUNTS), np.array(COUNTS)
    assert fitted.predict(counts[::-1]).tolist() == LETTERS[::-1]
    assert [fitted.predict(row.reshape(1, -1))[0] for row in counts] == LETTERS


def test_it_survives_pickling_and_stands_in_a_pipeline():
    fitted = IntegrityClassifier(max_notices_for_b=1).fit(COUNTS)
    assert pickle.loads(pickle.dumps(fitted)).predict(COUNTS).tolist() == fitted.predict(COUNTS).tolist()
    assert make_pipeline(FunctionTransformer(), IntegrityClassifier()).fit(COUNTS).predict(COUNTS).tolist() == LETTERS


def test_it_does_not_predict_before_it_is_fitted():
    with pytest.raises(NotFittedError):
        IntegrityClassifier().predict(COUNTS)
