package io.penstock.streams.score.request;

import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.routing.Sort;
import java.util.List;
import java.util.Optional;

/** Checks of routing preferences: ranges and sizes, not whether any model meets them. */
final class RoutingRule {

  private RoutingRule() {}

  static Optional<Refusal> check(RoutingPreferences routing) {
    return names("routing.models", routing.getModels())
        .or(() -> names("routing.allowedModels", routing.getAllowedModels()))
        .or(() -> names("routing.deniedModels", routing.getDeniedModels()))
        .or(() -> names("routing.allowedProviders", routing.getAllowedProviders()))
        .or(() -> names("routing.deniedProviders", routing.getDeniedProviders()))
        .or(() -> sort(routing))
        .or(() -> numbers(routing));
  }

  private static Optional<Refusal> names(String field, List<String> names) {
    if (names.size() > RequestLimits.MAX_ROUTING_MODELS) {
      return invalid(
          field,
          "%s has %d names; give at most %d"
              .formatted(field, names.size(), RequestLimits.MAX_ROUTING_MODELS));
    }
    for (int i = 0; i < names.size(); i++) {
      String item = "%s[%d]".formatted(field, i);
      Optional<String> fault = NameRule.fault(names.get(i), Ids.MAX_LENGTH);
      if (fault.isPresent()) {
        return invalid(item, item + " " + fault.get());
      }
    }
    return Optional.empty();
  }

  private static Optional<Refusal> sort(RoutingPreferences routing) {
    return routing
        .getSort()
        .filter(sort -> Sort.named(sort).isEmpty())
        .flatMap(
            sort ->
                invalid(
                    "routing.sort",
                    "routing.sort is %s; give price, latency, throughput or quality"
                        .formatted(Abbreviated.quote(sort))));
  }

  private static Optional<Refusal> numbers(RoutingPreferences routing) {
    if (routing.getMaxPrice().filter(p -> !(p >= 0 && Double.isFinite(p))).isPresent()) {
      return invalid(
          "routing.maxPrice",
          "routing.maxPrice is %s; give 0 or more".formatted(routing.getMaxPrice().get()));
    }
    if (routing.getMinQuality().filter(q -> !(q >= 0 && q <= 1)).isPresent()) {
      return invalid(
          "routing.minQuality",
          "routing.minQuality is %s; give 0 to 1".formatted(routing.getMinQuality().get()));
    }
    if (routing.getMaxWaitMillis().filter(w -> w < 0).isPresent()) {
      return invalid(
          "routing.maxWaitMillis",
          "routing.maxWaitMillis is %d; give 0 or more"
              .formatted(routing.getMaxWaitMillis().get()));
    }
    return Optional.empty();
  }

  private static Optional<Refusal> invalid(String field, String message) {
    return Optional.of(new Refusal(RefusalCode.INVALID_ROUTING, field, message));
  }
}
