package io.penstock.compose.config;

import io.penstock.compose.config.Slot.Fixed;
import io.penstock.compose.config.Slot.Followed;
import io.penstock.compose.config.Slot.Leaf;
import io.penstock.compose.config.Slot.Section;
import io.penstock.compose.config.Slot.Table;
import io.penstock.schemas.routing.DefaultReplyTopics;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All keys of a record and of the records in it, with the values that an instance has as defaults.
 * A new component is a new key by itself.
 */
final class Schema {

  /** Records that are written as one value: {@link Values} knows how. */
  private static final Set<Class<?>> VALUES = Set.of(DefaultReplyTopics.class);

  private final Section root;
  private final Map<String, Slot> slots = new LinkedHashMap<>();

  private Schema(Object usual) {
    root = section("", usual.getClass(), usual);
  }

  static Schema of(Record usual) {
    return new Schema(usual);
  }

  Section root() {
    return root;
  }

  /** Returns what is at a path, if anything is. */
  Optional<Slot> at(String path) {
    return Optional.ofNullable(slots.get(path));
  }

  /** Every key, in the order of the records. */
  List<Leaf> keys() {
    return slots.values().stream().filter(Leaf.class::isInstance).map(Leaf.class::cast).toList();
  }

  private Section section(String path, Class<?> type, Object usual) {
    List<Slot> parts = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      String name = component.getName();
      parts.add(
          slot(
              path.isEmpty() ? name : path + "." + name,
              type,
              component,
              Records.value(component, usual)));
    }
    Section section = new Section(path, type, usual, List.copyOf(parts));
    slots.putIfAbsent(path, section);
    return section;
  }

  private Slot slot(
      String path, Class<?> owner, RecordComponent component, @Nullable Object usual) {
    Slot slot = make(path, owner, component, usual);
    slots.put(path, slot);
    return slot;
  }

  private Slot make(
      String path, Class<?> owner, RecordComponent component, @Nullable Object usual) {
    Agreement agreement = Agreement.ALL.get(path);
    if (agreement != null) {
      return new Followed(path, agreement, usual);
    }
    Type type = component.getGenericType();
    if (isSection(component.getType(), usual)) {
      return section(path, usual.getClass(), usual);
    }
    if (isFunction(component)) {
      return new Fixed(path, usual);
    }
    if (usual instanceof Map<?, ?> map && keyType(type).isEnum()) {
      return table(path, keyType(type), map);
    }
    return new Leaf(path, owner, component.getName(), type, optional(component), usual);
  }

  /** Also a component of an interface's type, where what it holds is a record. */
  private static boolean isSection(Class<?> type, @Nullable Object usual) {
    return usual instanceof Record
        && (type.isRecord() || type.isInterface())
        && !VALUES.contains(type);
  }

  /**
   * An interface whose value is no record. A path is an interface, too, but can be written down.
   */
  private static boolean isFunction(RecordComponent component) {
    return component.getType().isInterface()
        && component.getType() != Path.class
        && !(component.getGenericType() instanceof ParameterizedType);
  }

  private Table table(String path, Class<?> constants, Map<?, ?> usual) {
    Map<Object, Section> parts = new LinkedHashMap<>();
    for (Object constant : constants.getEnumConstants()) {
      Object value = usual.get(constant);
      String name = ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
      parts.put(constant, section(path + "." + name, value.getClass(), value));
    }
    return new Table(path, usual, parts);
  }

  private static Class<?> keyType(Type type) {
    return type instanceof ParameterizedType of
            && of.getActualTypeArguments()[0] instanceof Class<?> c
        ? c
        : Object.class;
  }

  private static boolean optional(RecordComponent component) {
    AnnotatedType type = component.getAnnotatedType();
    return component.getType() == Optional.class || type.isAnnotationPresent(Nullable.class);
  }
}
