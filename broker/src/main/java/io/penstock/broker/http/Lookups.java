package io.penstock.broker.http;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.RequestLookup;
import java.util.Optional;

/** Looks up what this instance has to know, since it owns the home of the id. */
final class Lookups {

  private final Homes homes;
  private final RecentRequests recent;
  private final RequestLookup others;

  /**
   * @param others finds requests that are not remembered one by one
   */
  Lookups(Homes homes, RecentRequests recent, RequestLookup others) {
    this.homes = homes;
    this.recent = recent;
    this.others = others;
  }

  Lookups(Homes homes, RecentRequests recent) {
    this(homes, recent, (_, _) -> Optional.empty());
  }

  Optional<KnownRequest> find(String tenant, String id) {
    return recent.find(homes.of(id), tenant, id);
  }

  /**
   * What is known of the tenant's request; another tenant's looks as if there were none.
   *
   * @throws HomeLostException if the home has moved since the call began
   */
  KnownRequest require(String tenant, String id) {
    Optional<KnownRequest> known = find(tenant, id).or(() -> others.find(tenant, id));
    if (known.isEmpty()) {
      requireHome(id);
      throw new ApiException(absent(id));
    }
    return known.get();
  }

  /**
   * Whether the tenant's request is known; one that may be an older one is not.
   *
   * @throws ApiException with 404 if the tenant has none of this id
   * @throws HomeLostException if the home has moved since the call began
   */
  boolean isRemembered(String tenant, String id) {
    if (find(tenant, id).or(() -> others.find(tenant, id)).isPresent()) {
      return true;
    }
    requireHome(id);
    if (recent.lacksOlder(homes.of(id))) {
      return false;
    }
    throw new ApiException(absent(id));
  }

  /**
   * Tells what there is not from what another instance knows by now.
   *
   * @throws HomeLostException if the home has moved since the call began
   */
  void requireHome(String id) {
    int home = homes.of(id);
    if (homes.state(home) != Homes.State.OPEN) {
      throw new HomeLostException(home);
    }
  }

  private ApiError absent(String id) {
    return recent.lacksOlder(homes.of(id))
        ? ApiError.invalid(
            404,
            "request_not_remembered",
            "No request found with id '%s' among the latest ones. If it is an older one, it was forgotten."
                .formatted(id))
        : ApiError.notFound("request", id);
  }
}
