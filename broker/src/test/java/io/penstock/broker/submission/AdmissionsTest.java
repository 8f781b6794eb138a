package io.penstock.broker.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.BrokerSamples;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.MemoryHome;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.tenants.Caller;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AdmissionsTest {

  private final Limiter limiter = new Limiter(() -> 1);
  private final Admissions admissions = new Admissions(2);

  AdmissionsTest() {
    admissions.taken(new MemoryHome().taken());
  }

  @Test
  void whatARequestHasTakenIsGivenBackWithItsResult() {
    Caller caller = caller("key_1");
    hold(caller, "req_1", 100);
    assertThatThrownBy(() -> limiter.admit(caller, 1)).isInstanceOf(ApiException.class);

    admissions.result(
        BrokerSamples.record(BrokerSamples.result("req_1", TerminalStatus.SUCCEEDED).build()));

    limiter.admit(caller, 100);
    assertThat(admissions.count()).isZero();
  }

  @Test
  void aKeyHasRoomForSoManyAndTakesNoneOfAnothers() {
    Caller caller = caller("key_1");
    hold(caller("key_2"), "other", 100);
    for (int each = 0; each < 5; each++) {
      hold(caller, "req_" + each, 10);
    }

    assertThat(admissions.count()).isEqualTo(3);
    assertThatThrownBy(() -> limiter.admit(caller("key_2"), 1)).isInstanceOf(ApiException.class);
  }

  @Test
  void whatIsHeldInALostPartitionIsGivenBack() {
    Caller caller = caller("key_1");
    hold(caller, "req_1", 100);

    admissions.lost(0);
    limiter.admit(caller, 50);
    hold(caller, "req_2", 50);

    assertThat(admissions.count()).isZero();
    limiter.admit(caller, 50);
  }

  private void hold(Caller caller, String id, long tokens) {
    admissions.hold(caller, id, 0, limiter.admit(caller, tokens));
  }

  private static Caller caller(String keyId) {
    return new Caller(
        "default",
        ServiceClass.INTERACTIVE,
        Optional.of(keyId),
        new KeyLimits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(100)));
  }
}
