package io.penstock.streams.control;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import java.util.ArrayList;
import java.util.List;

/** Gathers what is decided at one time. An instance belongs to one thread. */
final class Decisions {

  /**
   * A document to be written.
   *
   * @param notable whether something was decided; else only figures are newer
   */
  record Put(RoutingDocument document, String reason, boolean notable) {}

  /** An entry to be removed. */
  record Removal(RoutingKind kind, String name, String reason) {}

  /**
   * A model to be applied, which a rollout's completion waits for.
   *
   * @param rollout as it is before its completion
   */
  record Application(ModelSpec model, Rollout rollout) {}

  private final List<Application> models = new ArrayList<>();
  private final List<Put> puts = new ArrayList<>();
  private final List<Removal> removals = new ArrayList<>();
  private final List<InferenceRequest> requests = new ArrayList<>();

  void put(RoutingDocument document, String reason) {
    puts.add(new Put(document, reason, true));
  }

  /** Does the same as {@link #put}, where only figures are newer. */
  void refresh(RoutingDocument document, String reason) {
    puts.add(new Put(document, reason, false));
  }

  void remove(RoutingKind kind, String name, String reason) {
    removals.add(new Removal(kind, name, reason));
  }

  void ask(List<InferenceRequest> more) {
    requests.addAll(more);
  }

  void apply(ModelSpec model, Rollout rollout) {
    models.add(new Application(model, rollout));
  }

  /** Models that change before anything else is written. */
  List<Application> models() {
    return models;
  }

  List<Put> puts() {
    return puts;
  }

  List<Removal> removals() {
    return removals;
  }

  List<InferenceRequest> requests() {
    return requests;
  }

  boolean isEmpty() {
    return models.isEmpty() && puts.isEmpty() && removals.isEmpty() && requests.isEmpty();
  }
}
