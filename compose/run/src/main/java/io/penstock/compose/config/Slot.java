package io.penstock.compose.config;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in the tree of the configuration: what stands at a component of a record.
 *
 * <p>{@code path} is the names from the root, with dots between them; the root's is empty.
 */
sealed interface Slot {

  String path();

  /** Returns what is there if nobody says otherwise. */
  @Nullable Object usual();

  /**
   * A record with keys of its own.
   *
   * @param type the record, which its canonical constructor makes
   * @param parts one for each component, in the constructor's order
   */
  record Section(String path, Class<?> type, Object usual, List<Slot> parts) implements Slot {}

  /**
   * A map with one section for each constant of an enum.
   *
   * @param parts by constant
   */
  record Table(String path, Object usual, Map<Object, Section> parts) implements Slot {}

  /**
   * A key.
   *
   * @param owner the record that has it, whose Javadoc explains it
   * @param name the component
   * @param type of its values
   * @param optional whether it may be empty
   */
  record Leaf(
      String path, Class<?> owner, String name, Type type, boolean optional, @Nullable Object usual)
      implements Slot {}

  /**
   * A component that has no key because another key or section says it already.
   *
   * @param rule which
   */
  record Followed(String path, Agreement rule, @Nullable Object usual) implements Slot {}

  /** A component that cannot be written down, such as a function. */
  record Fixed(String path, @Nullable Object usual) implements Slot {}
}
