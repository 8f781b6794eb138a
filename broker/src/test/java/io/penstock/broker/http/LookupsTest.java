package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.schemas.ServiceClass;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LookupsTest {

  private final RecentRequests recent = new RecentRequests(10);
  private final OneHome home = new OneHome();
  private final Lookups lookups = new Lookups(home, recent);

  @Test
  void whatIsKnownIsFoundByItsTenantAlone() {
    recent.open(0, false);
    recent.submitted(
        0, "red", "req_1", ServiceClass.STANDARD, "m", Optional.empty(), Instant.EPOCH);

    assertThat(lookups.require("red", "req_1").id()).isEqualTo("req_1");
    assertThat(refusal("blue", "req_1")).isEqualTo("not_found");
  }

  @Test
  void whatMayBeAnOlderOneIsNotToldToBeNone() {
    recent.open(0, true);

    assertThat(refusal("red", "req_1")).isEqualTo("request_not_remembered");
  }

  @Test
  void whatATenantNeverHadIsToldFromWhatMayBeAnOlderOneAndOthersMakeNoDifference() {
    recent.open(0, false);
    recent.submitted(
        0, "red", "req_1", ServiceClass.STANDARD, "m", Optional.empty(), Instant.EPOCH);
    assertThat(lookups.isRemembered("red", "req_1")).isTrue();
    for (String each : List.of("req_1", "req_2")) {
      assertThatThrownBy(() -> lookups.isRemembered("blue", each))
          .isInstanceOfSatisfying(
              ApiException.class, refused -> assertThat(refused.error().status()).isEqualTo(404));
    }

    recent.open(0, true);
    recent.submitted(
        0, "red", "req_1", ServiceClass.STANDARD, "m", Optional.empty(), Instant.EPOCH);
    assertThat(lookups.isRemembered("red", "req_1")).isTrue();
    assertThat(lookups.isRemembered("blue", "req_1")).isFalse();
    assertThat(lookups.isRemembered("blue", "req_2")).isFalse();
  }

  /** Its next owner knows it, so that the caller is to try again. */
  @Test
  void whatIsNotFoundWhereTheHomeHasMovedIsNotToldToBeNone() {
    for (Homes.State moved : List.of(Homes.State.ELSEWHERE, Homes.State.OPENING)) {
      home.become(moved);
      assertThatThrownBy(() -> lookups.require("red", "req_1"))
          .isInstanceOf(HomeLostException.class);
    }
  }

  private String refusal(String tenant, String id) {
    try {
      lookups.require(tenant, id);
      throw new AssertionError("it was found");
    } catch (ApiException refused) {
      assertThat(refused.error().status()).isEqualTo(404);
      return refused.error().code();
    }
  }
}
