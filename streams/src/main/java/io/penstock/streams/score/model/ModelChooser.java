package io.penstock.streams.score.model;

import io.penstock.schemas.models.ModelCatalog;
import io.penstock.streams.score.request.ParsedRequest;

/**
 * Chooses the model that serves a request. A pure function: equal arguments give equal selections,
 * so that scoring a record again after a failure changes nothing.
 */
@FunctionalInterface
public interface ModelChooser {

  ModelSelection choose(ParsedRequest request, ModelCatalog catalog, PromptMeter meter);
}
