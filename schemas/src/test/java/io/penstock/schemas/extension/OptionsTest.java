package io.penstock.schemas.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OptionsTest {

  private static final Set<String> DECLARED = Set.of("threads", "served-name.MODEL");

  @Test
  void anOptionThatIsNotDeclaredIsRefusedBeforeAnythingIsCreated() {
    for (String key : new String[] {"thread", "served-name", "served-name."}) {
      assertThatThrownBy(() -> declared(Map.of(key, "1")))
          .as(key)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("engine x has no option %s; it has served-name.MODEL, threads", key);
    }
    assertThatCode(() -> declared(Map.of("threads", "1", "served-name.a.b", "c")))
        .doesNotThrowAnyException();
  }

  @Test
  void anOwnerThatReadsWhatItDoesNotDeclareFails() {
    Options options = declared(Map.of());
    assertThatThrownBy(() -> options.take("slots", 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> options.family("header.NAME"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFamilyIsTakenByTheNamesOfItsThings() {
    Options options = declared(Map.of("served-name.a", "1", "served-name.b.c", "2"));
    assertThat(options.family("served-name.MODEL")).isEqualTo(Map.of("a", "1", "b.c", "2"));
    assertThatCode(options::end).doesNotThrowAnyException();
  }

  private static Options declared(Map<String, String> values) {
    return Options.declared("engine x", DECLARED, values);
  }
}
