package dev.hastack.redis;

import io.lettuce.core.Consumer;
import io.lettuce.core.GeoSearch;
import io.lettuce.core.GeoValue;
import io.lettuce.core.KeyValue;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.XReadArgs;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Arguments for any method of Lettuce's API, of connections whose keys and values are texts. Each text is another. */
final class AnyArguments {
    private int texts;

    Object[] of(Executable method) throws ReflectiveOperationException {
        Type[] types = method.getGenericParameterTypes();
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            arguments[i] = of(types[i]);
        }
        return arguments;
    }

    private String text(String of) {
        return of + texts++;
    }

    private Object of(Type type) throws ReflectiveOperationException {
        if (type instanceof TypeVariable<?> variable) {
            return text(variable.getName().toLowerCase(java.util.Locale.ROOT));
        } else if (type instanceof WildcardType wildcard) {
            Type bound =
                    wildcard.getLowerBounds().length > 0 ? wildcard.getLowerBounds()[0] : wildcard.getUpperBounds()[0];
            return bound == Object.class ? text("o") : of(bound);
        } else if (type instanceof GenericArrayType array) {
            return array(raw(array.getGenericComponentType()), array.getGenericComponentType());
        } else if (type instanceof ParameterizedType generic) {
            return of((Class<?>) generic.getRawType(), generic.getActualTypeArguments());
        }
        Class<?> plain = (Class<?>) type;
        return plain.isArray() && plain != byte[].class && plain != char[].class
                ? array(plain.getComponentType(), plain.getComponentType())
                : of(plain, new Type[0]);
    }

    private static Class<?> raw(Type type) {
        return type instanceof Class<?> plain
                ? plain
                : type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType() : String.class;
    }

    private Object array(Class<?> component, Type type) throws ReflectiveOperationException {
        Object array = Array.newInstance(component, 2);
        Array.set(array, 0, of(type));
        Array.set(array, 1, of(type));
        return array;
    }

    private Object of(Class<?> type, Type[] of) throws ReflectiveOperationException {
        if (type == String.class || type == Object.class || type == CharSequence.class) {
            return text("s");
        } else if (type == byte[].class) {
            return text("b").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        } else if (type == char[].class) {
            return text("c").toCharArray();
        } else if (type == int.class || type == Integer.class) {
            return 1;
        } else if (type == long.class || type == Long.class) {
            return 1L;
        } else if (type == double.class || type == Double.class || type == Number.class) {
            return 0.5;
        } else if (type == boolean.class || type == Boolean.class) {
            return true;
        } else if (type == Duration.class) {
            return Duration.ofSeconds(1);
        } else if (type == Instant.class) {
            return Instant.now().plusSeconds(60);
        } else if (type == Date.class) {
            return Date.from(Instant.now().plusSeconds(60));
        } else if (type == Map.class) {
            return Map.of(of(of[0]), of(of[1]));
        } else if (type == Set.class) {
            return Set.of(of(of[0]));
        } else if (type.isAssignableFrom(List.class)) {
            return List.of(of(of[0]));
        } else if (type == Range.class) {
            return of[0] instanceof TypeVariable<?> ? Range.create(text("v"), text("v")) : Range.unbounded();
        } else if (type == Limit.class) {
            return Limit.unlimited();
        } else if (type == Consumer.class) {
            return Consumer.from(text("group"), text("consumer"));
        } else if (type == ScanCursor.class) {
            return ScanCursor.INITIAL;
        } else if (type == ScoredValue.class) {
            return ScoredValue.just(0.5, text("v"));
        } else if (type == KeyValue.class) {
            return KeyValue.just(text("k"), text("v"));
        } else if (type == GeoValue.class) {
            return GeoValue.just(1, 1, text("v"));
        } else if (type == XReadArgs.StreamOffset.class) {
            return XReadArgs.StreamOffset.from(text("k"), "0");
        } else if (type == GeoSearch.GeoRef.class) {
            return GeoSearch.fromMember(text("v"));
        } else if (type == GeoSearch.GeoPredicate.class) {
            return GeoSearch.byRadius(1, io.lettuce.core.GeoArgs.Unit.km);
        } else if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        return made(type);
    }

    /** By a builder's method, a constructor, or a method of its own; with arguments rather than without. */
    private Object made(Class<?> type) throws ReflectiveOperationException {
        Class<?> builder = Arrays.stream(type.getDeclaredClasses())
                .filter(each -> each.getSimpleName().equals("Builder"))
                .findFirst()
                .orElse(null);
        Method built = builder == null ? null : simplest(builder, type);
        if (built != null) {
            return built.invoke(null, of(built));
        }
        if (!Modifier.isAbstract(type.getModifiers())) {
            for (Constructor<?> constructor : type.getConstructors()) {
                if (constructor.getParameterCount() == 0) {
                    return constructor.newInstance();
                }
            }
        }
        Method own = simplest(type, type);
        if (own != null) {
            return own.invoke(null, of(own));
        }
        if (type.isInterface()) {
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> null);
        }
        throw new NoSuchMethodException("nothing makes a " + type.getName());
    }

    private static @Nullable Method simplest(Class<?> from, Class<?> type) {
        return Arrays.stream(from.getMethods())
                .filter(method ->
                        Modifier.isStatic(method.getModifiers()) && type.isAssignableFrom(method.getReturnType()))
                .min(Comparator.comparing((Method method) -> method.getParameterCount() == 0)
                        .thenComparing(Method::getParameterCount)
                        .thenComparing(Method::toString))
                .orElse(null);
    }
}
