package io.penstock.broker.batches.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TenantTurnsTest {

  private record Work(String tenant, int slices) {}

  @Test
  void nothingHasATurnWhereNothingWaits() {
    assertThat(new TenantTurns<String>().next()).isEmpty();
  }

  @Property
  void betweenTwoTurnsOfATenantEveryOtherThatWaitsHasOne(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 9) Integer> works,
      @ForAll @IntRange(min = 1, max = 4) int tenants) {
    TenantTurns<Work> turns = new TenantTurns<>();
    List<Integer> left = new ArrayList<>();
    for (int tenant = 0; tenant < tenants; tenant++) {
      left.add(0);
    }
    for (int each = 0; each < works.size(); each++) {
      int tenant = each % tenants;
      left.set(tenant, left.get(tenant) + works.get(each));
      turns.add("t" + tenant, new Work("t" + tenant, works.get(each)));
    }
    Set<String> sinceThen = new HashSet<>();
    for (Optional<Work> next = turns.next(); next.isPresent(); next = turns.next()) {
      Work work = next.get();
      int tenant = Integer.parseInt(work.tenant().substring(1));
      if (sinceThen.contains(work.tenant())) {
        for (int other = 0; other < tenants; other++) {
          assertThat(left.get(other) == 0 || sinceThen.contains("t" + other)).isTrue();
        }
        sinceThen.clear();
      }
      sinceThen.add(work.tenant());
      left.set(tenant, left.get(tenant) - 1);
      if (work.slices() > 1) {
        turns.add(work.tenant(), new Work(work.tenant(), work.slices() - 1));
      }
    }
    assertThat(left).containsOnly(0);
  }
}
