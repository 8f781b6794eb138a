package io.penstock.streams.score.model;

import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.DegradationLadder.Action;
import io.penstock.schemas.routing.DegradationLadder.Rung;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** Applies a model's degradation ladder to new requests. */
record Overload(RoutingState routing) {

  /** The time to try again after, if a refusing rung gives none. */
  private static final Duration USUAL_RETRY = Duration.ofSeconds(30);

  /** Returns why the model takes no new requests of this class; empty if it does. */
  Optional<Refusal> refusal(String model, ServiceClass serviceClass) {
    return rung(model, Action.refusing(serviceClass))
        .map(
            rung -> {
              Duration retry =
                  rung.retryAfterSeconds() == null
                      ? USUAL_RETRY
                      : Duration.ofSeconds(rung.retryAfterSeconds());
              return new Refusal(
                  RefusalCode.OVERLOADED,
                  "model",
                  "model '%s' is overloaded and takes no new %s requests; try again in %d s, or"
                          .formatted(
                              model,
                              serviceClass.name().toLowerCase(Locale.ROOT),
                              retry.toSeconds())
                      + " allow another model",
                  retry);
            });
  }

  /** Returns whether requests that leave the model open go to the cheapest instead. */
  boolean prefersCheaper(String model) {
    return rung(model, Action.CHEAPER_MODEL).isPresent();
  }

  /** The most that each sequence may generate, where the request lets it be lowered. */
  OptionalLong outputLimit(String model, ParsedRequest request) {
    boolean allowed =
        request.request().getRouting().map(RoutingPreferences::getAllowShorterOutput).orElse(false);
    Optional<Degradation> degradation = routing.degradation(model);
    if (!allowed || degradation.isEmpty() || !request.endpoint().generates()) {
      return OptionalLong.empty();
    }
    return degradation.get().active().stream()
        .filter(rung -> rung.action() == Action.CAP_OUTPUT && rung.outputTokens() != null)
        .mapToLong(Rung::outputTokens)
        .min();
  }

  private Optional<Rung> rung(String model, Action action) {
    return routing
        .degradation(model)
        .flatMap(
            degradation ->
                degradation.active().stream().filter(rung -> rung.action() == action).findFirst());
  }
}
