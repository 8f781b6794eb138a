package io.penstock.streams.score.model;

import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ModelSpec;
import io.penstock.streams.score.request.Refusal;

/** What became of choosing a model. */
public sealed interface ModelSelection {

  record Chosen(ModelChoice choice, ModelSpec spec, ModelFit.Fits fit) implements ModelSelection {}

  record NotChosen(Refusal refusal) implements ModelSelection {}
}
