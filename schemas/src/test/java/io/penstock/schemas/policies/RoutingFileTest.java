package io.penstock.schemas.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.TenantPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutingFileTest {

  @Test
  void policiesOfEveryKindAreRead() {
    List<RoutingDocument> documents =
        RoutingFile.parse(
            "routing.yaml",
            """
            tenants:
              - name: acme
                deniedProviders: [elsewhere]
                budgets:
                  - {period: day, soft: 5, hard: 10}
            aliases:
              - name: smart
                models: [small, large]
                goal: {strongShare: 0.3}
            ladders:
              - name: "*"
                rungs:
                  - {action: cheaper_model, of: standard, enterAbove: 1.5, leaveBelow: 0.8, enterSeconds: 5}
            """);

    assertThat(documents).extracting(RoutingDocument::name).containsExactly("acme", "smart", "*");
    TenantPolicy acme = (TenantPolicy) documents.getFirst();
    assertThat(acme.budgets()).containsExactly(new Budget(BudgetPeriod.DAY, 5.0, 10.0));
    assertThat(acme.allowedModels()).isEmpty();
    DegradationLadder ladder = (DegradationLadder) documents.getLast();
    assertThat(ladder.rungs().getFirst().of()).isEqualTo(ServiceClass.STANDARD);
    assertThat(RoutingFile.parse("again.json", RoutingFile.json(documents))).isEqualTo(documents);
  }

  @Test
  void everyViolationIsReportedAtOnce() {
    assertThatThrownBy(
            () ->
                RoutingFile.parse(
                    "routing.yaml",
                    """
                    tenant: []
                    tenants:
                      - name: acme
                        budgets: [{period: week, hard: 1}]
                      - name: bolt
                        sorting: price
                      - sort: price
                      - name: cobalt
                        sort: fast
                    aliases:
                      - name: smart
                        goal: {strongShare: 3}
                      - name: cheap
                      - name: cheap
                    ladders: {}
                    """))
        .isInstanceOf(InvalidRoutingException.class)
        .hasMessageContainingAll(
            "unknown key 'tenant'; known are tenants, aliases, ladders",
            "tenants[0] 'acme': budgets.period is 'week'; give day, hour, month",
            "tenants[1] 'bolt': unknown key 'sorting'; known are",
            "tenants[2] 'without a name': tenant is 'null'; give 1 to 128 characters",
            "tenants[3] 'cobalt': sort is 'fast'; give latency, price, quality, throughput",
            "aliases[0] 'smart': goal.strongShare is 3.0; give 0.0 to 1.0",
            "alias/cheap is given 2 times",
            "'ladders' is not a list");
  }

  @Test
  void whatIsNoYamlNamesTheLine() {
    assertThatThrownBy(() -> RoutingFile.parse("routing.yaml", "tenants:\n  - a: [\n"))
        .hasMessageContaining("line 3");
    assertThatThrownBy(() -> RoutingFile.parse("routing.yaml", ""))
        .hasMessageContaining("holds no policies");
  }
}
