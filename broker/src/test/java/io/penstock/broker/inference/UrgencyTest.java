package io.penstock.broker.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.ServiceClass;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UrgencyTest {

  @ParameterizedTest
  @CsvSource({
    "auto,STANDARD",
    "default,STANDARD",
    "priority,INTERACTIVE",
    "scale,INTERACTIVE",
    "flex,BATCH"
  })
  void eachServiceTierHasAClass(String tier, ServiceClass expected) {
    assertThat(Urgency.of(Optional.empty(), Optional.of(tier), ServiceClass.INTERACTIVE))
        .isEqualTo(expected);
  }

  @Test
  void theHeaderWinsOverTheBody() {
    assertThat(Urgency.of(Optional.of("Batch"), Optional.of("priority"), ServiceClass.INTERACTIVE))
        .isEqualTo(ServiceClass.BATCH);
  }

  @Test
  void whoLeavesItOpenGetsTheCeilingOfTheKey() {
    assertThat(Urgency.of(Optional.empty(), Optional.of("auto"), ServiceClass.BATCH))
        .isEqualTo(ServiceClass.BATCH);
  }

  @Test
  void unknownNamesAreRefused() {
    assertThatThrownBy(
            () -> Urgency.of(Optional.of("vip"), Optional.empty(), ServiceClass.INTERACTIVE))
        .hasMessageContaining("interactive, standard, batch");
    assertThatThrownBy(
            () -> Urgency.of(Optional.empty(), Optional.of("vip"), ServiceClass.INTERACTIVE))
        .hasMessageContaining("service_tier");
  }

  @Property
  void nobodyGetsMoreThanTheCeiling(@ForAll ServiceClass asked, @ForAll ServiceClass ceiling) {
    ServiceClass got;
    try {
      got = Urgency.of(Optional.of(asked.name()), Optional.empty(), ceiling);
    } catch (ApiException refused) {
      assertThat(refused.error().status()).isEqualTo(403);
      assertThat(Urgency.isAbove(asked, ceiling)).isTrue();
      return;
    }
    assertThat(got).isEqualTo(asked);
    assertThat(Urgency.isAbove(got, ceiling)).isFalse();
  }
}
