package io.github.rlrr.examples.spring;

import org.jspecify.annotations.Nullable;

/** A setting that the service cannot start with: one sentence that names it. */
class SettingException extends RuntimeException {

    SettingException(String setting, String why) {
        super(setting + ": " + why);
    }

    SettingException(String setting, Object value, String why) {
        this(setting, value, why, null);
    }

    SettingException(String setting, Object value, String why, @Nullable Throwable cause) {
        super(setting + " is " + value + ": " + why, cause);
    }
}
