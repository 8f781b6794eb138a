package io.penstock.schemas.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.policies.InvalidRoutingException;
import io.penstock.schemas.policies.RoutingFile;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Documents with nothing where something has to be. Nobody who reads one may meet it later: jobs
 * that follow the routing topic would fail on it again and again.
 */
class WrongDocumentsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          TENANT  | null | the document is null; give an object
          TENANT  | {"name":"a","allowedModels":[null]} | allowedModels
          TENANT  | {"name":"a","replyTopics":[null]} | replyTopics
          TENANT  | {"name":"a","budgets":[null]} | budgets
          LADDER  | {"name":"a","rungs":[null]} | rungs
          ROLLOUT | {"name":"a","from":"b","to":"c","figures":{"x":null}} | figures
          SPEND   | {"name":"a","periods":{"day":null}} | periods
          SPEND   | {"name":"a","periods":{"day":{"spent":2}}} | periods.start is missing
          SPEND   | {"name":"a","periods":{"day":{"start":"2026-11-01T00:00:00Z","spent":2}}} | periods.end is missing
          SPEND   | {"name":"a","periods":{"day":{"start":"2026-11-01T00:00:00Z","end":"+999999999-11-01T00:00:00Z"}}} | periods.end is +999999999
          SPEND   | {"name":"a","periods":{"day":{"start":"2026-11-01T00:00:00Z","end":"2026-10-01T00:00:00Z"}}} | give a time after periods.start
          SPEND   | {"name":"a","periods":{"day":{"start":"2026-11-01T00:00:00Z","end":"2026-11-02T00:00:00Z","spent":1e999}}} | periods.spent
          """)
  void areRefusedAndTheFaultIsNamed(RoutingKind kind, String json, String message) {
    assertThatThrownBy(() -> RoutingCodec.read(kind, json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aFaultRepeatsOnlyTheBeginningOfWhatIsWrong() {
    String name = "z".repeat(70_000);
    for (String json : List.of("{\"name\":\"%s\"}".formatted(name), "{\"%s".formatted(name))) {
      assertThatThrownBy(() -> RoutingCodec.read(RoutingKind.TENANT, json))
          .isInstanceOfSatisfying(
              IllegalArgumentException.class,
              fault -> assertThat(fault.getMessage()).hasSizeLessThan(1_100));
    }
  }

  @Test
  void anItemOfAFileThatIsNoPolicyIsNamed() {
    assertThatThrownBy(() -> RoutingFile.parse("r.yaml", "tenants: [null]\naliases: [smart]"))
        .isInstanceOf(InvalidRoutingException.class)
        .hasMessageContaining("tenants[0] is no object")
        .hasMessageContaining("aliases[0] is no object");
  }

  @Test
  void aDocumentUnderAnotherKeyIsRefused() {
    RoutingEntry entry =
        RoutingEntry.newBuilder()
            .setKind("tenant")
            .setName("acme")
            .setVersion(1)
            .setDocument("{\"name\":\"acme\"}")
            .setChangedBy("ann")
            .setReason(null)
            .setChangedAt(Instant.EPOCH)
            .build();
    assertThat(RoutingCodec.read("tenant/acme", entry).name()).isEqualTo("acme");
    assertThatThrownBy(() -> RoutingCodec.read("tenant/other", entry))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key differs from its kind and name, tenant/acme");
  }
}
