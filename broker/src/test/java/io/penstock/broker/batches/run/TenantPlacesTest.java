package io.penstock.broker.batches.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TenantPlacesTest {

  private static final int TENANTS = 3;

  /** Even numbers come, odd ones leave; given or not. */
  @Property
  void theFirstOfATenantHaveThePlacesWhoeverLeaves(
      @ForAll @Size(max = 60) List<@IntRange(max = 1000) Integer> actions,
      @ForAll @IntRange(min = 1, max = 4) int most) {
    TenantPlaces places = new TenantPlaces(most);
    List<List<TenantPlaces.Place>> present = new ArrayList<>();
    for (int tenant = 0; tenant < TENANTS; tenant++) {
      present.add(new ArrayList<>());
    }
    for (int action : actions) {
      int tenant = action / 2 % TENANTS;
      List<TenantPlaces.Place> own = present.get(tenant);
      if (action % 2 == 0) {
        own.add(places.enter("t" + tenant));
      } else if (!own.isEmpty()) {
        places.leave(own.remove(action % own.size()));
      }
      for (List<TenantPlaces.Place> each : present) {
        for (int at = 0; at < each.size(); at++) {
          assertThat(each.get(at).given().isDone()).isEqualTo(at < most);
        }
      }
    }
    for (List<TenantPlaces.Place> each : present) {
      each.forEach(places::leave);
    }
    assertThat(places.tenants()).isZero();
  }

  @Test
  void nobodyWaitsAtPlacesThatAreClosed() {
    TenantPlaces places = new TenantPlaces(1);
    TenantPlaces.Place first = places.enter("t");
    TenantPlaces.Place second = places.enter("t");
    places.close();
    TenantPlaces.Place third = places.enter("t");
    assertThat(second.given()).isDone();
    assertThat(third.given()).isDone();
    List.of(third, first, second).forEach(places::leave);
    assertThat(places.tenants()).isZero();
  }
}
