package io.github.rlrr.examples.spring;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Ends a failed start with one line that names the setting, where it is one of the faults that an
 * operator makes; Spring's own reports have the others. META-INF/spring.factories names this class.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartFailures implements SpringBootExceptionReporter {

    private static final Logger LOG = LoggerFactory.getLogger(StartFailures.class);

    StartFailures(ConfigurableApplicationContext context) {}

    @Override
    public boolean reportException(Throwable failure) {
        String said = null;
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String deeper = sentence(each);
            said = deeper == null ? said : deeper;
        }
        if (said == null) {
            return false;
        }
        LOG.error("the service cannot start: {}", said.replaceAll("\\s+", " "));
        return true;
    }

    private static @Nullable String sentence(Throwable fault) {
        if (fault instanceof SettingException) {
            return fault.getMessage();
        } else if (fault instanceof PortInUseException taken) {
            return "port "
                    + taken.getPort()
                    + " is taken; set server.port, or management.server.port, to a free one";
        } else if (fault instanceof UnboundConfigurationPropertiesException unknown) {
            return unknown.getUnboundProperties().stream()
                            .map(each -> String.valueOf(each.getName()))
                            .collect(Collectors.joining(", "))
                    + ": there is no such setting; those of the service are "
                    + settings();
        } else if (fault instanceof InvalidConfigurationPropertyValueException wrong) {
            return "%s is \"%s\": %s"
                    .formatted(wrong.getName(), wrong.getValue(), wrong.getReason());
        } else if (fault instanceof BindException wrong) {
            return wrongValue(wrong);
        }
        return null;
    }

    private static String settings() {
        return Arrays.stream(ServiceSettings.class.getRecordComponents())
                .map(each -> "rlrr." + DataObjectPropertyName.toDashedForm(each.getName()))
                .collect(Collectors.joining(", "));
    }

    private static String wrongValue(BindException wrong) {
        String why = String.valueOf(NestedExceptionUtils.getMostSpecificCause(wrong).getMessage());
        ConfigurationProperty property = wrong.getProperty();
        if (property == null || why.startsWith("rlrr.")) {
            return why;
        }
        Class<?> type = wrong.getTarget().getType().resolve(Object.class);
        return "%s is \"%s\", expected %s (%s)"
                .formatted(property.getName(), property.getValue(), type.getSimpleName(), why);
    }
}
