/** What openapi.json says, as types. `npm run openapi` writes this file. */
export interface paths {
    readonly "/v1/appointments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Book an appointment
         * @description `patientId` defaults to the caller; staff must give it. `providerIds` names several providers in the order in which they are asked, instead of `providerId`. A hold needs `holdId` and the header `Hold-Token`; an expired hold on a time that is still free books all the same. `override` is the clinic's.
         */
        readonly post: operations["bookAppointment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/appointments/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read an appointment */
        readonly get: operations["readAppointment"];
        readonly put?: never;
        readonly post?: never;
        /** Cancel an appointment */
        readonly delete: operations["cancelAppointment"];
        readonly options?: never;
        readonly head?: never;
        /**
         * Move an appointment
         * @description To another time, clinic, provider or visit type: the same id, all or nothing. A change of `reason` alone takes no time.
         */
        readonly patch: operations["moveAppointment"];
        readonly trace?: never;
    };
    readonly "/v1/appointments/{id}.ics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read an appointment as iCalendar */
        readonly get: operations["readAppointmentFile"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/appointments/{id}/check-in": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Check in */
        readonly post: operations["checkInAppointment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/appointments/{id}/complete": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Complete a visit */
        readonly post: operations["completeAppointment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/appointments/{id}/confirm": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Confirm an appointment */
        readonly post: operations["confirmAppointment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/appointments/{id}/history": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read what became of an appointment
         * @description The last 200 versions, oldest first. May be a second behind.
         */
        readonly get: operations["readAppointmentHistory"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/appointments/{id}/links": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make a link for a message to a patient
         * @description It opens one action on this appointment, once, without signing in. Details are shown after the date of birth. The address is a key: send it to the patient, keep it nowhere.
         */
        readonly post: operations["createSignedLink"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/appointments/{id}/no-show": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Note that a patient did not come */
        readonly post: operations["missAppointment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/appointments/{id}/reopen": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Take the end of a visit back */
        readonly post: operations["reopenAppointment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/appointments/{id}/start": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Start a visit */
        readonly post: operations["startAppointment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/audit": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List who read and changed whose data
         * @description Newest first. Administrators see everything, staff what concerns their clinics; of a patient at home there, everything.
         */
        readonly get: operations["listAudit"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/audit/checkpoints": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List what was signed of a chain of the audit
         * @description By sequence, with the public key of every key that ever signed.
         */
        readonly get: operations["listCheckpoints"];
        readonly put?: never;
        /** Have the end of every chain of the audit signed now */
        readonly post: operations["sealAudit"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/availability": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Find the soonest free times over all providers
         * @description `locationId` may be given up to 50 times.
         */
        readonly get: operations["findSoonest"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/devices/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /** Rename a device */
        readonly patch: operations["renameDevice"];
        readonly trace?: never;
    };
    readonly "/v1/devices/{id}/revoke": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Revoke a device
         * @description For ever. What it has open is closed within seconds.
         */
        readonly post: operations["revokeDevice"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/devices/pairings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Ask for a code to pair a screen
         * @description Show `code`, keep `secret`, and ask every `pollSeconds` what became of it. A code is good for ten minutes.
         */
        readonly post: operations["startPairing"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/devices/pairings/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Ask what became of a code
         * @description Opened by the pairing's secret. Once approved it gives the device's secret, the same one until the device has used it.
         */
        readonly get: operations["readPairing"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/devices/pairings/approve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Pair the screen that shows a code with a clinic
         * @description For the desk of that clinic. Three wrong tries end a code; ten in an hour end the typing.
         */
        readonly post: operations["approvePairing"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/devices/token": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Get a token for a paired screen
         * @description Opened by the device's secret. `secret` is the next one, when one is due: keep it before using it. The old one works until then.
         */
        readonly post: operations["issueDeviceToken"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/exports/{kind}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Take a file out
         * @description Staff get what concerns their clinics. With `system`, ids are that system's.
         */
        readonly get: operations["exportFile"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/health": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Whether bookings work
         * @description With `deep=1` the state and lag of every dependency.
         */
        readonly get: operations["readHealth"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/holds": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Hold a time
         * @description For five minutes. The answer's `token` is what opens it: send it as `Hold-Token` with everything that follows, the booking too.
         */
        readonly post: operations["createHold"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/holds/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read a hold */
        readonly get: operations["readHold"];
        readonly put?: never;
        readonly post?: never;
        /** Give a held time back */
        readonly delete: operations["releaseHold"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/holds/{id}/extend": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Keep a hold for longer */
        readonly post: operations["extendHold"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/imports/{kind}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Bring a file in
         * @description CSV with a header, or a FHIR Bundle; at most 10 MB. A dry run unless `apply=true`. Lines of JSON tell the progress, and the last one the report.
         */
        readonly post: operations["importFile"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/live/locations/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Watch a clinic's board
         * @description With a token, or with `ticket`: browsers cannot set headers on a socket. A ticket opens one socket, once, within 30 seconds.
         */
        readonly get: operations["watchLocation"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/live/patients/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Watch a patient's appointments
         * @description With a token, or with `ticket`: browsers cannot set headers on a socket. A ticket opens one socket, once, within 30 seconds. A socket stands for five minutes at most; closed with 1013, it may be opened again.
         */
        readonly get: operations["watchPatient"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/live/providers/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Watch a provider's free times */
        readonly get: operations["watchProvider"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/live/tickets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Make a ticket for a live socket */
        readonly post: operations["issueTicket"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the clinics */
        readonly get: operations["listLocations"];
        readonly put?: never;
        /** Make a clinic */
        readonly post: operations["createLocation"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read a clinic */
        readonly get: operations["readLocation"];
        /**
         * Change a clinic
         * @description The whole clinic anew, at once. Its time zone can change only while it has no appointments.
         */
        readonly put: operations["changeLocation"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/activate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Activate a clinic
         * @description First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["activateLocation"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/closures": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the dates on which a clinic is closed */
        readonly get: operations["listClosures"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/closures/{from}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Close a clinic from this date on
         * @description First told which appointments fall out; done with `?apply=true`. There is no version to name.
         */
        readonly put: operations["putClosure"];
        readonly post?: never;
        /** Open a clinic again */
        readonly delete: operations["removeClosure"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/day-list": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read a clinic's day, to print */
        readonly get: operations["readDayList"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/deactivate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Deactivate a clinic
         * @description First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["deactivateLocation"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/devices": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List a clinic's devices
         * @description Those in use by name, then what is over.
         */
        readonly get: operations["listDevices"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/downtime": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read a clinic's next days, to keep for downtime */
        readonly get: operations["readDowntimeList"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/resources": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the rooms, machines and interpreters of a clinic */
        readonly get: operations["listResources"];
        readonly put?: never;
        /** Make a room, machine or interpreter */
        readonly post: operations["createResource"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/resources/{resource}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read a room, machine or interpreter */
        readonly get: operations["readResource"];
        /** Change a room, machine or interpreter */
        readonly put: operations["changeResource"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/resources/{resource}/activate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Activate a room, machine or interpreter
         * @description First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["activateResource"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/resources/{resource}/deactivate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Deactivate a room, machine or interpreter
         * @description First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["deactivateResource"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/locations/{id}/settings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read what can be changed of a clinic */
        readonly get: operations["readLocationSettings"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/oauth/token": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Get a token for a partner's program
         * @description OAuth 2.0 client credentials with `private_key_jwt` (RFC 7523): `aud` is this address, at most five minutes, each `jti` once.
         */
        readonly post: operations["issuePartnerToken"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/partners": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List partners */
        readonly get: operations["listPartners"];
        readonly put?: never;
        /**
         * Register a partner
         * @description Public keys only: ES256, ES384 or RS384. `locationIds: null` means all clinics.
         */
        readonly post: operations["createPartner"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/partners/{id}/deactivate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Deactivate a partner
         * @description For ever. A token that it has is good for five minutes more.
         */
        readonly post: operations["deactivatePartner"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/partners/{id}/keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Replace a partner's keys
         * @description All of them. Name old and new one together while the partner moves over.
         */
        readonly put: operations["replacePartnerKeys"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List patients
         * @description Staff see those at home in their clinics.
         */
        readonly get: operations["listPatients"];
        readonly put?: never;
        /** Make a patient's record */
        readonly post: operations["createPatient"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a patient's record
         * @description Of an id that was merged into another one, the record that stands for both.
         */
        readonly get: operations["readPatient"];
        /**
         * Change a patient's record
         * @description The whole record anew.
         */
        readonly put: operations["changePatient"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/activate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Activate a patient's record
         * @description First told which appointments stand; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["activatePatient"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/appointments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List a patient's appointments
         * @description The caller's own writes are in it at once. Without dates, everything that is kept.
         */
        readonly get: operations["listPatientAppointments"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/audit": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List who was at one's own data
         * @description Newest first. People of the clinic are named by role and clinic.
         */
        readonly get: operations["readOwnAudit"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/calendar-links": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make the address of a calendar feed
         * @description Whoever has it sees the appointments: it is for the patient's own calendar program.
         */
        readonly post: operations["shareCalendar"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/calendar.ics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read a calendar feed */
        readonly get: operations["readCalendarFeed"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/deactivate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Deactivate a patient's record
         * @description First told which appointments stand; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["deactivatePatient"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/deletion": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Delete a patient's record
         * @description First told what goes and what stays; with `?apply=true` and the `If-Match` of what was read, it is done. Asked again it says whether nothing is left to destroy.
         */
        readonly post: operations["deletePatient"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/export": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Take out everything that is held of a patient
         * @description One JSON file, at most 500 appointments; `page.next` is the cursor of the rest.
         */
        readonly get: operations["exportPatient"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/merge": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Merge two records of one person
         * @description First told what stands in the way; with `?apply=true` and the `If-Match` of the record that goes, it is done.
         */
        readonly post: operations["mergePatient"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/proxies": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List who acts for a patient
         * @description For the patient themselves and their desk. Oldest first, live ones only, at most 5.
         */
        readonly get: operations["listProxies"];
        readonly put?: never;
        /**
         * Let somebody act for a patient
         * @description A patient sends the `code` that the other person shows; a desk names two records of its own and says why. Five codes an hour may be tried.
         */
        readonly post: operations["addProxy"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/proxies/{consent}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * End a consent
         * @description By the patient, by whoever acts, or by a desk. Again is the same answer.
         */
        readonly delete: operations["removeProxy"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/proxy-codes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Show a code to somebody for whom you are to act
         * @description Good once, for ten minutes; an earlier one opens nothing any more.
         */
        readonly post: operations["showProxyCode"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/represents": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List for whom a patient acts
         * @description For themselves and their desk. Oldest first, live ones only, at most 20.
         */
        readonly get: operations["listRepresented"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/{id}/sign-out": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Sign a patient out everywhere
         * @description For the desk at which the record is at home, when a device was lost. Every session ends at once; a token that is out ends within five minutes.
         */
        readonly post: operations["endPatientSessions"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/patients/search": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Search patients
         * @description All that is given must match. At most 50; `isComplete: false` means that there are more.
         */
        readonly post: operations["searchPatients"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/providers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Find providers
         * @description Everything that is given must match. `near` is `latitude,longitude` or a ZIP code. While the search cannot be made anew, the last answer comes with `asOf` and a `Warning` header.
         */
        readonly get: operations["listProviders"];
        readonly put?: never;
        /**
         * Make a provider
         * @description With a calendar that takes bookings when this answers.
         */
        readonly post: operations["createProvider"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/providers/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read a provider */
        readonly get: operations["readProvider"];
        /**
         * Change a provider
         * @description First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly put: operations["changeProvider"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/providers/{id}/activate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Activate a provider
         * @description First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["activateProvider"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/providers/{id}/availability": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Read a provider's free times
         * @description At most 31 days; without dates, a week from today at the clinic. Without `visitTypeId`, the provider's first.
         */
        readonly get: operations["readAvailability"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/providers/{id}/availability/explain": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Ask why a time can be booked or not */
        readonly get: operations["explainStart"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/providers/{id}/blocks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the blocks of a provider */
        readonly get: operations["listBlocks"];
        readonly put?: never;
        /**
         * Block time of a provider
         * @description Appointments that lie under it stay, and are named. Busy time of another calendar (`source: external`) comes with that calendar's own id, and the same id again changes it: then the answer is 200.
         */
        readonly post: operations["createBlock"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/providers/{id}/blocks/{block}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Remove a block */
        readonly delete: operations["removeBlock"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/providers/{id}/deactivate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Deactivate a provider
         * @description First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["deactivateProvider"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/providers/{id}/schedule": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read a provider's schedule */
        readonly get: operations["readSchedule"];
        /**
         * Change a provider's schedule
         * @description The whole schedule anew. First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly put: operations["changeSchedule"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/providers/{id}/settings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read what can be changed of a provider */
        readonly get: operations["readProviderSettings"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rebuild/calendars": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Give calendars the configuration that they lack */
        readonly post: operations["tellCalendars"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rebuild/hash": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read the hash of the whole record */
        readonly get: operations["hashRecord"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rebuild/history": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Tell Postgres again what the event log still has */
        readonly post: operations["replayHistory"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rebuild/postgres": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make the record in Postgres say what the calendars say
         * @description A line of JSON for each calendar, and a last one with where to go on.
         */
        readonly post: operations["rebuildRecord"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rebuild/texts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Put what patients wrote under the newest key
         * @description A line of JSON for each calendar, and a last one with where to go on.
         */
        readonly post: operations["resealTexts"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/series": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Book several visits, all or none
         * @description By a rule of RFC 5545 (`rrule`), by `count` and `intervalWeeks`, or each by name (`visits`). A refusal says of each visit what stood in its way.
         */
        readonly post: operations["bookSeries"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/series/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Cancel what is still to come of a series */
        readonly delete: operations["cancelSeries"];
        readonly options?: never;
        readonly head?: never;
        /** Move what is still to come of a series */
        readonly patch: operations["moveSeries"];
        readonly trace?: never;
    };
    readonly "/v1/specialties": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the specialties */
        readonly get: operations["listSpecialties"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/staff": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the people of the clinics */
        readonly get: operations["listStaff"];
        readonly put?: never;
        /** Add somebody to the clinics' people */
        readonly post: operations["createStaff"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/staff/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read one of the clinics' people */
        readonly get: operations["readStaff"];
        /** Change one of the clinics' people */
        readonly put: operations["changeStaff"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/staff/{id}/activate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Give access back
         * @description First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["activateStaff"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/staff/{id}/deactivate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * End somebody's access
         * @description First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["deactivateStaff"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/staff/{id}/invitation": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Invite one of the clinics' people
         * @description The link is good once, for a week; a newer one takes its place. Who accepted signs in with their clinic's account.
         */
        readonly post: operations["inviteStaff"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/staff/{id}/sign-out": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Sign one of the clinics' people out everywhere
         * @description Every session ends at once, a patient's of the same person as well; a token that is out ends within five minutes. They may sign in again.
         */
        readonly post: operations["endStaffSessions"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/visit-types": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** List the visit types */
        readonly get: operations["listVisitTypes"];
        readonly put?: never;
        /** Make a visit type */
        readonly post: operations["createVisitType"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/visit-types/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Change a visit type
         * @description At once: what is booked stays as it was taken.
         */
        readonly put: operations["changeVisitType"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/visit-types/{id}/activate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Activate a visit type
         * @description First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["activateVisitType"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/visit-types/{id}/deactivate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Deactivate a visit type
         * @description First told what it would do; with `?apply=true` and the `If-Match` of what was read, it is done.
         */
        readonly post: operations["deactivateVisitType"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/visit-types/{id}/settings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read the rules of a visit type */
        readonly get: operations["readVisitTypeSettings"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A free time near the one that was asked for. */
        readonly Alternative: {
            /** Format: date-time */
            readonly end: string;
            readonly locationId: string;
            /** Format: date-time */
            readonly start: string;
        };
        readonly Appointment: {
            /** @enum {string} */
            readonly cancellationReason?: "patient-request" | "provider-unavailable" | "clinic-closed" | "entered-in-error" | "other";
            /** Format: date-time */
            readonly cancelledAt?: string;
            /** Format: date-time */
            readonly checkedInAt?: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly end: string;
            readonly id: string;
            readonly locationId: string;
            /** @description Why the clinic lifted rules for this time. Shown to the clinic only. */
            readonly override?: {
                /** @enum {string} */
                readonly reasonCode: "clinical-need" | "patient-waiting" | "staff-error" | "other" | "imported";
            };
            readonly patientId: string;
            readonly providerId: string;
            readonly reason?: string;
            /** @description Rooms, machines and interpreters reserved with it. Shown to the clinic only. */
            readonly resourceIds?: readonly string[];
            readonly seriesId?: string;
            /** @enum {string} */
            readonly source: "patient" | "staff" | "service" | "import";
            /** Format: date-time */
            readonly start: string;
            /** @enum {string} */
            readonly status: "booked" | "confirmed" | "checked-in" | "in-progress" | "completed" | "cancelled" | "no-show";
            readonly timeZone: string;
            /** Format: date-time */
            readonly updatedAt: string;
            readonly version: number;
            readonly visitTypeId: string;
        };
        readonly AuditCheckpoint: {
            /** @description When it was signed, in milliseconds. */
            readonly at: number;
            readonly hash: string;
            readonly partition: number;
            readonly seq: number;
            /** @description JWS (ES256) of the other four members. */
            readonly signature: string;
        };
        readonly AuditEntry: {
            readonly appointmentId: string | null;
            /** Format: date-time */
            readonly at: string;
            /** @description People in an answer about more than one. */
            readonly count: number | null;
            /** @description The request's id, as its answer said it; of a sign-in, its own. */
            readonly id: string;
            readonly locationId: string | null;
            /** @description The operation's id, `page:` and a route, or `sign-in:` and how. */
            readonly operation: string;
            /** @enum {string} */
            readonly outcome: "allowed" | "refused" | "failed";
            readonly patientId: string | null;
            readonly problem: string | null;
            /** @enum {string} */
            readonly role: "patient" | "staff" | "provider" | "kiosk" | "admin" | "service" | "link" | "nobody";
            /** @description Who, as their token says; `-` where nobody is known. */
            readonly subject: string;
        };
        readonly Availability: {
            readonly days: readonly {
                /** Format: date */
                readonly date: string;
                readonly slots: readonly components["schemas"]["Slot"][];
            }[];
            readonly providerId: string;
            /** @description Of the calendar; live frames count on from it. */
            readonly revision: number;
            readonly timeZone: string;
        };
        readonly Block: {
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly end: string;
            readonly externalId?: string;
            readonly id: string;
            readonly locationId?: string;
            readonly providerId: string;
            /** @enum {string} */
            readonly reasonCode: "meeting" | "leave" | "sick" | "training" | "administration" | "emergency" | "maintenance" | "external-busy" | "other";
            /** @enum {string} */
            readonly source: "staff" | "external";
            /** Format: date-time */
            readonly start: string;
            readonly timeZone: string;
        };
        /** @description `gone`: this screen is shown nothing more; its socket is closed. */
        readonly BoardFrame: {
            readonly locationId: string;
            /** @constant */
            readonly protocol: 1;
            readonly revision: number;
            /** @constant */
            readonly type: "snapshot";
        } | {
            /** @constant */
            readonly type: "gone";
        };
        readonly BookedSeries: {
            readonly appointments: readonly components["schemas"]["ListedAppointment"][];
            readonly id: string;
        };
        readonly Consent: {
            /** @description Of the other side. */
            readonly displayName: string;
            /** @description null = until withdrawn. */
            readonly expiresAt: string | null;
            /** Format: date-time */
            readonly grantedAt: string;
            /** @enum {string} */
            readonly grantedBy: "patient" | "clinic";
            /** @description Of the consent. */
            readonly id: string;
            /** @description Of the other side. */
            readonly patientId: string;
            readonly reason: ("minor" | "legal-guardian" | "asked-at-desk") | null;
            /** @enum {string} */
            readonly relation: "parent" | "guardian" | "carer" | "partner" | "other";
        };
        readonly DateException: {
            /** Format: date */
            readonly date: string;
            /** @constant */
            readonly kind: "closed";
        } | {
            /** Format: date */
            readonly date: string;
            readonly hours: readonly {
                readonly closesAt: number;
                readonly opensAt: number;
            }[];
            /** @constant */
            readonly kind: "instead";
        } | {
            /** Format: date */
            readonly date: string;
            readonly hours: readonly {
                readonly closesAt: number;
                readonly opensAt: number;
            }[];
            /** @constant */
            readonly kind: "extra";
        };
        readonly Device: {
            /** Format: date-time */
            readonly approvedAt: string;
            readonly endedAt: string | null;
            readonly id: string;
            readonly locationId: string;
            readonly name: string;
            /** Format: date-time */
            readonly seenAt: string;
            /**
             * @description `lapsed`: it was silent for 30 days. What is over never begins again.
             * @enum {string}
             */
            readonly status: "active" | "revoked" | "lapsed";
        };
        readonly Explanation: {
            readonly bookable: boolean;
            readonly reasons: readonly {
                /** @description Shown to the clinic and the provider only. Never whose. */
                readonly blockers?: readonly {
                    /** Format: date-time */
                    readonly from: string;
                    /** @enum {string} */
                    readonly kind: "appointment" | "hold" | "block" | "capacity";
                    /** Format: date-time */
                    readonly until: string;
                }[];
                readonly detail: string;
                /** @description A rule's name, or `slot-taken:` and what is in the way. */
                readonly rule: string;
            }[];
        };
        readonly ExportedAppointment: {
            /** @enum {string} */
            readonly cancellationReason?: "patient-request" | "provider-unavailable" | "clinic-closed" | "entered-in-error" | "other";
            /** Format: date-time */
            readonly cancelledAt?: string;
            /** Format: date-time */
            readonly checkedInAt?: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly end: string;
            readonly history: readonly {
                /** Format: date-time */
                readonly at: string;
                readonly change: string;
                /** Format: date-time */
                readonly end: string;
                readonly locationId: string;
                readonly providerId: string;
                /** Format: date-time */
                readonly start: string;
                /** @enum {string} */
                readonly status: "booked" | "confirmed" | "checked-in" | "in-progress" | "completed" | "cancelled" | "no-show";
                readonly version: number;
            }[];
            readonly id: string;
            readonly location: string | null;
            readonly locationId: string;
            readonly notes?: string;
            readonly patientId: string;
            readonly provider: string;
            readonly providerId: string;
            readonly reason?: string;
            readonly seriesId?: string;
            /** @enum {string} */
            readonly source: "patient" | "staff" | "service" | "import";
            /** Format: date-time */
            readonly start: string;
            /** @enum {string} */
            readonly status: "booked" | "confirmed" | "checked-in" | "in-progress" | "completed" | "cancelled" | "no-show";
            readonly timeZone: string;
            /** Format: date-time */
            readonly updatedAt: string;
            readonly version: number;
            readonly visitTypeId: string;
        };
        readonly ListedAppointment: {
            /** @enum {string} */
            readonly cancellationReason?: "patient-request" | "provider-unavailable" | "clinic-closed" | "entered-in-error" | "other";
            /** Format: date-time */
            readonly cancelledAt?: string;
            /** Format: date-time */
            readonly checkedInAt?: string;
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly end: string;
            readonly id: string;
            readonly locationId: string;
            readonly patientId: string;
            readonly providerId: string;
            readonly reason?: string;
            readonly seriesId?: string;
            /** @enum {string} */
            readonly source: "patient" | "staff" | "service" | "import";
            /** Format: date-time */
            readonly start: string;
            /** @enum {string} */
            readonly status: "booked" | "confirmed" | "checked-in" | "in-progress" | "completed" | "cancelled" | "no-show";
            readonly timeZone: string;
            /** Format: date-time */
            readonly updatedAt: string;
            readonly version: number;
            readonly visitTypeId: string;
        };
        readonly ListedPatient: {
            /** Format: date */
            readonly birthDate: string;
            readonly displayName: string;
            readonly homeLocationId: string;
            readonly id: string;
        };
        readonly Location: {
            readonly address: string;
            readonly city: string;
            readonly id: string;
            readonly latitude: number;
            readonly longitude: number;
            readonly name: string;
            readonly phone: string;
            readonly postalCode: string;
            readonly state: string;
            readonly timeZone: string;
        };
        readonly LocationSettings: {
            readonly active: boolean;
            readonly address: string;
            readonly city: string;
            readonly id: string;
            readonly latitude: number;
            readonly longitude: number;
            readonly name: string;
            readonly phone: string;
            readonly postalCode: string;
            readonly regionId: string | null;
            readonly state: string;
            readonly timeZone: string;
            readonly version: number;
        };
        readonly Occurrence: {
            readonly alternatives?: readonly components["schemas"]["Alternative"][];
            /** @enum {string} */
            readonly blockedBy?: "appointment" | "hold" | "block" | "capacity";
            readonly rule?: string;
            /** Format: date-time */
            readonly start: string;
            readonly type?: string;
        };
        readonly Outside: {
            readonly appointments: readonly {
                /** Format: date-time */
                readonly end: string;
                readonly id: string;
                readonly providerId: string;
                /** Format: date-time */
                readonly start: string;
            }[];
            readonly count: number;
        };
        readonly OwnAuditEntry: {
            /** Format: date-time */
            readonly at: string;
            /** @enum {string} */
            readonly by: "self" | "proxy" | "staff" | "provider" | "kiosk" | "admin" | "service" | "link" | "nobody";
            readonly locationId: string | null;
            readonly operation: string;
        };
        readonly Partner: {
            readonly active: boolean;
            /** Format: date-time */
            readonly createdAt: string;
            readonly endedAt: string | null;
            readonly id: string;
            readonly keyIds: readonly string[];
            /** Format: date-time */
            readonly keysChangedAt: string;
            /** @description null: all clinics. */
            readonly locationIds: readonly string[] | null;
            readonly name: string;
            readonly scopes: readonly ("appointment.read" | "appointment.book" | "appointment.move" | "appointment.cancel" | "appointment.confirm" | "appointment.check-in" | "appointment.start" | "appointment.complete" | "appointment.no-show" | "appointment.reopen" | "patient.appointments" | "signed-link.mint" | "block.keep" | "audit.verify")[];
        };
        readonly PatientExport: {
            readonly appointments: readonly components["schemas"]["ExportedAppointment"][];
            /** Format: date-time */
            readonly exportedAt: string;
            /** @constant */
            readonly format: "openslot-patient-export/1";
            readonly page: {
                readonly next: string | null;
            };
            readonly patient: components["schemas"]["PatientRecord"];
            readonly proxies: {
                readonly forWhomYouAct: readonly {
                    readonly patientId: string;
                    readonly relation: string;
                    readonly revokedAt: string | null;
                    /** Format: date-time */
                    readonly since: string;
                }[];
                readonly whoActForYou: readonly {
                    readonly patientId: string;
                    readonly relation: string;
                    readonly revokedAt: string | null;
                    /** Format: date-time */
                    readonly since: string;
                }[];
            };
        };
        readonly PatientFrame: {
            readonly appointments: readonly components["schemas"]["ListedAppointment"][];
            /** @constant */
            readonly protocol: 1;
            readonly revision: number;
            /** @constant */
            readonly type: "snapshot";
        } | {
            readonly changes: readonly components["schemas"]["ListedAppointment"][];
            readonly from: number;
            readonly revision: number;
            /** @constant */
            readonly type: "delta";
        } | {
            /** @constant */
            readonly type: "resync";
        };
        readonly PatientRecord: {
            readonly accessNeeds: readonly string[];
            readonly active: boolean;
            /** Format: date */
            readonly birthDate: string;
            readonly displayName: string;
            readonly email: string | null;
            readonly homeLocationId: string;
            readonly id: string;
            readonly interpreterLanguage: string | null;
            /** @description Further ids of the same person. */
            readonly mergedFrom: readonly string[];
            readonly phone: string | null;
            readonly preferences: {
                readonly channels?: readonly ("sms" | "email" | "push")[];
            } | null;
            readonly preferredLanguage: string | null;
            readonly version: number;
        };
        readonly PlacedHold: {
            /** Format: date-time */
            readonly end: string;
            /** Format: date-time */
            readonly expiresAt: string;
            /** Format: date-time */
            readonly extendableUntil: string;
            readonly id: string;
            readonly locationId: string;
            readonly providerId: string;
            /** Format: date-time */
            readonly start: string;
            /** @enum {string} */
            readonly status: "held" | "expired" | "released" | "converted";
            readonly timeZone: string;
            readonly token: string;
            readonly visitTypeId: string;
        };
        /** @description The caller's role cannot do this. */
        readonly "Problem-forbidden": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 403;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/forbidden";
        };
        /** @description The time is not held any more. */
        readonly "Problem-hold-expired": {
            readonly alternatives?: readonly components["schemas"]["Alternative"][];
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 410;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/hold-expired";
        };
        /** @description A person must show that they are one: the header Turnstile-Token, good once. Where the deployment asks for it. */
        readonly "Problem-human-check-required": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 403;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/human-check-required";
        };
        /** @description The first request with this key is being worked on. */
        readonly "Problem-idempotency-in-flight": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 409;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/idempotency-in-flight";
        };
        /** @description The key was used for a different request. */
        readonly "Problem-idempotency-key-reuse": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 422;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/idempotency-key-reuse";
        };
        /** @description It does not exist, or is not the caller's to see. */
        readonly "Problem-not-found": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 404;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/not-found";
        };
        /** @description OAuth refuses; `error` is its word for why (RFC 6749 §5.2). */
        readonly "Problem-oauth-refused": {
            readonly detail?: string;
            /** @enum {string} */
            readonly error: "invalid_request" | "invalid_client" | "invalid_scope" | "unsupported_grant_type";
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @enum {number} */
            readonly status: 400 | 401;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/oauth-refused";
        };
        /** @description Nobody knows yet whether it was done: the same request with the same key asks. */
        readonly "Problem-outcome-unknown": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 503;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/outcome-unknown";
        };
        /** @description A part is away or busy; `Retry-After` says how long to wait. */
        readonly "Problem-overloaded": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 503;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/overloaded";
        };
        /** @description The patient has another appointment at that time. */
        readonly "Problem-patient-conflict": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            readonly occurrences?: readonly components["schemas"]["Occurrence"][];
            /** @constant */
            readonly status: 409;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/patient-conflict";
        };
        /** @description `If-Match` must say which version was seen. */
        readonly "Problem-precondition-required": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 428;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/precondition-required";
        };
        /** @description Too many requests; `Retry-After` says how long to wait. */
        readonly "Problem-rate-limited": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 429;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/rate-limited";
        };
        /** @description A rule of the clinic is against it. */
        readonly "Problem-rule-violated": {
            /** @description Appointments that were cancelled first. */
            readonly cancelled?: number;
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @description Appointments that still stand. */
            readonly left?: number;
            readonly occurrences?: readonly components["schemas"]["Occurrence"][];
            /** @description The rule's name, such as `minimum-notice`. */
            readonly rule: string;
            /** @constant */
            readonly status: 422;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/rule-violated";
        };
        /** @description Somebody else has the time. */
        readonly "Problem-slot-taken": {
            readonly alternatives: readonly components["schemas"]["Alternative"][];
            /** @enum {string} */
            readonly blockedBy: "appointment" | "hold" | "block" | "capacity";
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            readonly occurrences?: readonly components["schemas"]["Occurrence"][];
            /** @constant */
            readonly status: 409;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/slot-taken";
        };
        /** @description It has changed since it was read. */
        readonly "Problem-stale-version": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            readonly occurrences?: readonly components["schemas"]["Occurrence"][];
            /** @constant */
            readonly status: 412;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/stale-version";
        };
        /** @description A valid access token is needed. */
        readonly "Problem-unauthenticated": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 401;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/unauthenticated";
        };
        /** @description The address speaks WebSocket. */
        readonly "Problem-upgrade-required": {
            readonly detail?: string;
            /** @description The id of the request, to quote. */
            readonly instance: string;
            /** @constant */
            readonly status: 426;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/upgrade-required";
        };
        /** @description The request is not valid. */
        readonly "Problem-validation": {
            readonly detail?: string;
            /** @description Each mistake. */
            readonly errors: readonly {
                /** @description What is expected. Never the value. */
                readonly message: string;
                /** @description JSON pointer into the body, or `/query/<name>`, `/header/<name>`, `/path/<name>`. */
                readonly pointer: string;
            }[];
            /** @description The id of the request, to quote. */
            readonly instance: string;
            readonly problemCount?: number;
            readonly problems?: readonly {
                readonly column: string | null;
                readonly line: number;
                readonly message: string;
            }[];
            /** @enum {number} */
            readonly status: 400 | 413 | 414 | 415;
            readonly title: string;
            /** @constant */
            readonly type: "/problems/validation";
        };
        readonly Provider: {
            readonly acceptingNewPatients: boolean;
            readonly displayName: string;
            readonly gender: ("female" | "male" | "non-binary") | null;
            readonly id: string;
            readonly insurances: readonly string[];
            readonly languages: readonly string[];
            readonly locations: readonly {
                readonly city: string;
                readonly distanceKm?: number;
                readonly id: string;
                readonly name: string;
                readonly timeZone: string;
            }[];
            /** @description null: no open start is known. */
            readonly nextOpenAt: string | null;
            readonly specialties: readonly string[];
            readonly title: string;
            readonly visitTypes: readonly components["schemas"]["VisitType"][];
        };
        readonly ProviderFrame: {
            readonly days: readonly {
                /** Format: date */
                readonly date: string;
                readonly slots: readonly components["schemas"]["Slot"][];
            }[];
            /** @constant */
            readonly protocol: 1;
            readonly providerId: string;
            readonly revision: number;
            /** @constant */
            readonly type: "snapshot";
            readonly visitTypeId: string;
        } | {
            readonly changes: readonly {
                /** Format: date */
                readonly date: string;
                readonly locationId: string;
                readonly opened: readonly string[];
                readonly taken: readonly string[];
            }[];
            readonly from: number;
            readonly revision: number;
            /** @constant */
            readonly type: "delta";
        } | {
            /** @constant */
            readonly type: "resync";
        };
        readonly ProviderSettings: {
            readonly acceptingNewPatients: boolean;
            readonly active: boolean;
            readonly displayName: string;
            readonly gender: ("female" | "male" | "non-binary") | null;
            readonly id: string;
            readonly insurances: readonly string[];
            readonly languages: readonly string[];
            readonly overrides: readonly components["schemas"]["VisitTypeOverride"][];
            readonly specialties: readonly string[];
            readonly title: string;
            readonly travelMinutes: number | null;
            readonly version: number;
            readonly visitTypeIds: readonly string[];
        };
        readonly Resource: {
            readonly active: boolean;
            readonly exceptions: readonly components["schemas"]["DateException"][];
            readonly hours: readonly components["schemas"]["WeeklyHours"][];
            readonly id: string;
            /** @enum {string} */
            readonly kind: "room" | "device" | "interpreter";
            readonly locationId: string;
            readonly name: string;
            readonly version: number;
        };
        readonly ResumeMessage: {
            readonly revision: number;
            /** @constant */
            readonly type: "resume";
        };
        readonly Schedule: {
            readonly providerId: string;
            readonly sites: readonly {
                readonly breaks: readonly components["schemas"]["WeeklyHours"][];
                readonly exceptions: readonly components["schemas"]["DateException"][];
                readonly hours: readonly components["schemas"]["WeeklyHours"][];
                readonly locationId: string;
            }[];
            readonly version: number;
        };
        readonly Series: {
            readonly appointments: readonly components["schemas"]["ListedAppointment"][];
            readonly id: string;
        };
        readonly Slot: {
            /** Format: date-time */
            readonly end: string;
            readonly locationId: string;
            /** Format: date-time */
            readonly start: string;
        };
        readonly StaffMember: {
            readonly active: boolean;
            readonly clinics: readonly string[];
            readonly displayName: string;
            readonly email: string;
            readonly id: string;
            readonly providerId: string | null;
            /** @enum {string} */
            readonly role: "staff" | "admin" | "provider";
            readonly version: number;
        };
        readonly VisitType: {
            readonly id: string;
            readonly minutes: number;
            /** @enum {string} */
            readonly modality: "in-person" | "video" | "phone";
            readonly name: string;
        };
        readonly VisitTypeOverride: {
            readonly ageMax?: number;
            readonly ageMin?: number;
            readonly bufferAfterMinutes?: number;
            readonly bufferBeforeMinutes?: number;
            readonly cancelWindowMinutes?: number;
            readonly capacity?: number;
            readonly gridMinutes?: number;
            readonly horizonDays?: number;
            readonly locationId: string;
            readonly minutes?: number;
            readonly moveWindowMinutes?: number;
            readonly newPatientsOnly?: boolean;
            readonly noticeMinutes?: number;
            readonly perDayMax?: number;
            readonly requires?: readonly ("room" | "device" | "interpreter")[];
            readonly specialty?: string;
            readonly visitTypeId: string;
        };
        readonly VisitTypeSettings: {
            readonly active: boolean;
            readonly ageMax: number | null;
            readonly ageMin: number | null;
            readonly bufferAfterMinutes: number | null;
            readonly bufferBeforeMinutes: number | null;
            readonly cancelWindowMinutes: number | null;
            readonly capacity: number | null;
            readonly gridMinutes: number;
            readonly horizonDays: number;
            readonly id: string;
            readonly minutes: number;
            /** @enum {string} */
            readonly modality: "in-person" | "video" | "phone";
            readonly moveWindowMinutes: number | null;
            readonly name: string;
            readonly newPatientsOnly: boolean | null;
            readonly noticeMinutes: number;
            readonly perDayMax: number | null;
            readonly requires: readonly ("room" | "device" | "interpreter")[] | null;
            readonly specialty: string | null;
            readonly version: number;
        };
        readonly WeeklyHours: {
            readonly closesAt: number;
            /** Format: date */
            readonly from?: string;
            /** @description Minutes since local midnight. */
            readonly opensAt: number;
            /** Format: date */
            readonly until?: string;
            /** @description 1 = Monday. */
            readonly weekday: number;
        };
    };
    responses: {
        /** @description `oauth-refused`: OAuth refuses; `error` is its word for why (RFC 6749 §5.2). `validation`: The request is not valid. */
        readonly "400-oauth-refused-or-validation": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-oauth-refused"] | components["schemas"]["Problem-validation"];
            };
        };
        /** @description `validation`: The request is not valid. */
        readonly "400-validation": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-validation"];
            };
        };
        /** @description `oauth-refused`: OAuth refuses; `error` is its word for why (RFC 6749 §5.2). `unauthenticated`: A valid access token is needed. */
        readonly "401-oauth-refused-or-unauthenticated": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-oauth-refused"] | components["schemas"]["Problem-unauthenticated"];
            };
        };
        /** @description `unauthenticated`: A valid access token is needed. */
        readonly "401-unauthenticated": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-unauthenticated"];
            };
        };
        /** @description `forbidden`: The caller's role cannot do this. */
        readonly "403-forbidden": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-forbidden"];
            };
        };
        /** @description `human-check-required`: A person must show that they are one: the header Turnstile-Token, good once. Where the deployment asks for it. */
        readonly "403-human-check-required": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-human-check-required"];
            };
        };
        /** @description `not-found`: It does not exist, or is not the caller's to see. */
        readonly "404-not-found": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-not-found"];
            };
        };
        /** @description `idempotency-in-flight`: The first request with this key is being worked on. `patient-conflict`: The patient has another appointment at that time. `slot-taken`: Somebody else has the time. */
        readonly "409-idempotency-in-flight-or-patient-conflict-or-slot-taken": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-idempotency-in-flight"] | components["schemas"]["Problem-patient-conflict"] | components["schemas"]["Problem-slot-taken"];
            };
        };
        /** @description `patient-conflict`: The patient has another appointment at that time. `slot-taken`: Somebody else has the time. */
        readonly "409-patient-conflict-or-slot-taken": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-patient-conflict"] | components["schemas"]["Problem-slot-taken"];
            };
        };
        /** @description `slot-taken`: Somebody else has the time. */
        readonly "409-slot-taken": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-slot-taken"];
            };
        };
        /** @description `hold-expired`: The time is not held any more. */
        readonly "410-hold-expired": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-hold-expired"];
            };
        };
        /** @description `stale-version`: It has changed since it was read. */
        readonly "412-stale-version": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-stale-version"];
            };
        };
        /** @description `validation`: The request is not valid. */
        readonly "413-validation": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-validation"];
            };
        };
        /** @description `validation`: The request is not valid. */
        readonly "414-validation": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-validation"];
            };
        };
        /** @description `validation`: The request is not valid. */
        readonly "415-validation": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-validation"];
            };
        };
        /** @description `idempotency-key-reuse`: The key was used for a different request. */
        readonly "422-idempotency-key-reuse": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-idempotency-key-reuse"];
            };
        };
        /** @description `idempotency-key-reuse`: The key was used for a different request. `rule-violated`: A rule of the clinic is against it. */
        readonly "422-idempotency-key-reuse-or-rule-violated": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-idempotency-key-reuse"] | components["schemas"]["Problem-rule-violated"];
            };
        };
        /** @description `rule-violated`: A rule of the clinic is against it. */
        readonly "422-rule-violated": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-rule-violated"];
            };
        };
        /** @description `upgrade-required`: The address speaks WebSocket. */
        readonly "426-upgrade-required": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-upgrade-required"];
            };
        };
        /** @description `precondition-required`: `If-Match` must say which version was seen. */
        readonly "428-precondition-required": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-precondition-required"];
            };
        };
        /** @description `rate-limited`: Too many requests; `Retry-After` says how long to wait. */
        readonly "429-rate-limited": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-rate-limited"];
            };
        };
        /** @description `outcome-unknown`: Nobody knows yet whether it was done: the same request with the same key asks. `overloaded`: A part is away or busy; `Retry-After` says how long to wait. */
        readonly "503-outcome-unknown-or-overloaded": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-outcome-unknown"] | components["schemas"]["Problem-overloaded"];
            };
        };
        /** @description `overloaded`: A part is away or busy; `Retry-After` says how long to wait. */
        readonly "503-overloaded": {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem-overloaded"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly bookAppointment: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                readonly "Hold-Token"?: string;
                /** @description One value for one command: a repetition within 24 hours is answered like the first time. */
                readonly "Idempotency-Key": string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "providerId": "prv_0123456789ab",
                 *       "visitTypeId": "vst_0123456789ab",
                 *       "locationId": "loc_0123456789ab",
                 *       "start": "2026-11-24T09:20:00-06:00",
                 *       "reason": "Knee pain since Monday"
                 *     }
                 */
                readonly "application/json": {
                    readonly holdId?: string;
                    readonly locationId: string;
                    readonly notes?: string;
                    readonly override?: {
                        /** @enum {string} */
                        readonly reasonCode: "clinical-need" | "patient-waiting" | "staff-error" | "other";
                    };
                    readonly patientId?: string;
                    readonly providerId?: string;
                    readonly providerIds?: readonly string[];
                    readonly reason?: string;
                    /** Format: date-time */
                    readonly start: string;
                    readonly visitTypeId: string;
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Appointment"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 409: components["responses"]["409-idempotency-in-flight-or-patient-conflict-or-slot-taken"];
            readonly 410: components["responses"]["410-hold-expired"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly readAppointment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Appointment"];
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly cancelAppointment: {
        readonly parameters: {
            readonly query?: {
                readonly reasonCode?: "patient-request" | "provider-unavailable" | "clinic-closed" | "entered-in-error" | "other";
            };
            readonly header: {
                readonly "Idempotency-Key"?: string;
                /** @description The ETag that was read, such as `"v1"`. */
                readonly "If-Match": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Appointment"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly moveAppointment: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                readonly "Idempotency-Key"?: string;
                /** @description The ETag that was read, such as `"v1"`. */
                readonly "If-Match": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "start": "2026-11-24T09:20:00-06:00"
                 *     }
                 */
                readonly "application/json": {
                    readonly locationId?: string;
                    readonly override?: {
                        /** @enum {string} */
                        readonly reasonCode: "clinical-need" | "patient-waiting" | "staff-error" | "other";
                    };
                    readonly providerId?: string;
                    readonly reason?: string | null;
                    /** Format: date-time */
                    readonly start?: string;
                    readonly visitTypeId?: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Appointment"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 409: components["responses"]["409-idempotency-in-flight-or-patient-conflict-or-slot-taken"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly readAppointmentFile: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/calendar": string;
                };
            };
            /** @description The caller's copy is still true. */
            readonly 304: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly checkInAppointment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "Idempotency-Key"?: string;
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Appointment"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly completeAppointment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "Idempotency-Key"?: string;
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Appointment"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly confirmAppointment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "Idempotency-Key"?: string;
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Appointment"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly readAppointmentHistory: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly {
                            /** Format: date-time */
                            readonly at: string;
                            /** @enum {string} */
                            readonly change: "booked" | "imported" | "moved" | "confirmed" | "checked-in" | "started" | "completed" | "no-show" | "reopened" | "cancelled";
                            /** Format: date-time */
                            readonly end: string;
                            readonly locationId: string;
                            readonly providerId: string;
                            /** Format: date-time */
                            readonly start: string;
                            /** @enum {string} */
                            readonly status: "booked" | "confirmed" | "checked-in" | "in-progress" | "completed" | "cancelled" | "no-show";
                            readonly version: number;
                        }[];
                    };
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly createSignedLink: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @enum {string} */
                    readonly action: "confirm" | "cancel" | "move" | "view" | "check-in";
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @enum {string} */
                        readonly action: "confirm" | "cancel" | "move" | "view" | "check-in";
                        /** Format: date-time */
                        readonly expiresAt: string;
                        /** Format: uri */
                        readonly url: string;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly missAppointment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "Idempotency-Key"?: string;
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Appointment"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly reopenAppointment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "Idempotency-Key"?: string;
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Appointment"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 409: components["responses"]["409-patient-conflict-or-slot-taken"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly startAppointment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "Idempotency-Key"?: string;
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Appointment"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly listAudit: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly from?: string;
                readonly limit?: string;
                readonly outcome?: "allowed" | "refused" | "failed";
                readonly patientId?: string;
                readonly subject?: string;
                readonly to?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["AuditEntry"][];
                        readonly page: {
                            readonly next: string | null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly listCheckpoints: {
        readonly parameters: {
            readonly query: {
                readonly cursor?: string;
                readonly limit?: string;
                readonly partition: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["AuditCheckpoint"][];
                        readonly keys: readonly {
                            /** @constant */
                            readonly alg: "ES256";
                            readonly crv: string;
                            readonly kid: string;
                            readonly kty: string;
                            /** @constant */
                            readonly use: "sig";
                            readonly x: string;
                            readonly y: string;
                        }[];
                        readonly page: {
                            readonly next: string | null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly sealAudit: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["AuditCheckpoint"][];
                        readonly refused: readonly {
                            readonly partition: number;
                            /** @enum {string} */
                            readonly refusal: "goes-back" | "contradicts";
                        }[];
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly findSoonest: {
        readonly parameters: {
            readonly query?: {
                readonly from?: string;
                readonly limit?: string;
                readonly locationId?: readonly string[];
                readonly specialty?: string;
                readonly timeOfDay?: "morning" | "afternoon" | "evening";
                readonly to?: string;
                readonly visitTypeId?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** Format: date-time */
                        readonly asOf: string;
                        readonly data: readonly {
                            /** Format: date-time */
                            readonly end: string;
                            readonly locationId: string;
                            readonly providerId: string;
                            /** Format: date-time */
                            readonly start: string;
                            readonly visitTypeId: string;
                        }[];
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly renameDevice: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly name: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Device"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly revokeDevice: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Device"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly startPairing: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly code: string;
                        /** Format: date-time */
                        readonly expiresAt: string;
                        readonly id: string;
                        readonly pollSeconds: number;
                        readonly secret: string;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly readPairing: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description The secret that came with the code. */
                readonly "Pairing-Secret": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** Format: date-time */
                        readonly expiresAt: string;
                        /** @constant */
                        readonly status: "pending";
                    } | {
                        /** @constant */
                        readonly status: "expired";
                    } | {
                        readonly deviceId: string;
                        readonly locationId: string;
                        readonly name: string;
                        readonly secret: string;
                        /** @constant */
                        readonly status: "approved";
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly approvePairing: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly code: string;
                    readonly locationId: string;
                    readonly name: string;
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Device"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly issueDeviceToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description The device's secret: of its pairing's answer, or the last one it was given. */
                readonly "Device-Secret": string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly deviceId: string;
                        /** Format: date-time */
                        readonly expiresAt: string;
                        readonly locationId: string;
                        readonly name: string;
                        readonly secret: string | null;
                        readonly token: string;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly exportFile: {
        readonly parameters: {
            readonly query?: {
                readonly format?: "csv" | "ndjson";
                readonly system?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly kind: "providers" | "schedules" | "patients" | "appointments" | "locations" | "visit-types" | "resources" | "staff" | "audit";
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-ndjson": string;
                    readonly "text/csv": string;
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly readHealth: {
        readonly parameters: {
            readonly query?: {
                readonly deep?: "1";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly directory?: {
                            readonly clinics: number;
                            readonly providers: number;
                        };
                        readonly log?: {
                            readonly lag: {
                                readonly [key: string]: number;
                            };
                        };
                        /** @constant */
                        readonly status: "ok";
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly createHold: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One value for one command: a repetition within 24 hours is answered like the first time. */
                readonly "Idempotency-Key": string;
                readonly "Turnstile-Token"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "providerId": "prv_0123456789ab",
                 *       "visitTypeId": "vst_0123456789ab",
                 *       "locationId": "loc_0123456789ab",
                 *       "start": "2026-11-24T09:20:00-06:00"
                 *     }
                 */
                readonly "application/json": {
                    readonly locationId: string;
                    readonly providerId: string;
                    /** Format: date-time */
                    readonly start: string;
                    readonly visitTypeId: string;
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PlacedHold"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-human-check-required"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 409: components["responses"]["409-slot-taken"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly readHold: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description The token of the hold's first answer. */
                readonly "Hold-Token": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** Format: date-time */
                        readonly end: string;
                        /** Format: date-time */
                        readonly expiresAt: string;
                        /** Format: date-time */
                        readonly extendableUntil: string;
                        readonly id: string;
                        readonly locationId: string;
                        readonly providerId: string;
                        /** Format: date-time */
                        readonly start: string;
                        /** @enum {string} */
                        readonly status: "held" | "expired" | "released" | "converted";
                        readonly timeZone: string;
                        readonly visitTypeId: string;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly releaseHold: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description The token of the hold's first answer. */
                readonly "Hold-Token": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 410: components["responses"]["410-hold-expired"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly extendHold: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description The token of the hold's first answer. */
                readonly "Hold-Token": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** Format: date-time */
                        readonly end: string;
                        /** Format: date-time */
                        readonly expiresAt: string;
                        /** Format: date-time */
                        readonly extendableUntil: string;
                        readonly id: string;
                        readonly locationId: string;
                        readonly providerId: string;
                        /** Format: date-time */
                        readonly start: string;
                        /** @enum {string} */
                        readonly status: "held" | "expired" | "released" | "converted";
                        readonly timeZone: string;
                        readonly visitTypeId: string;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 410: components["responses"]["410-hold-expired"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly importFile: {
        readonly parameters: {
            readonly query: {
                readonly apply?: "true" | "false";
                readonly system: string;
            };
            readonly header?: never;
            readonly path: {
                readonly kind: "providers" | "schedules" | "patients" | "appointments";
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/fhir+json": string;
                readonly "text/csv": string;
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-ndjson": {
                        readonly progress: {
                            readonly done: number;
                            readonly of: number;
                        };
                    } | {
                        readonly report: {
                            readonly applied: boolean;
                            readonly changed: number;
                            readonly complete: boolean;
                            readonly created: number;
                            readonly problemCount: number;
                            readonly problems: readonly {
                                readonly column: string | null;
                                readonly line: number;
                                readonly message: string;
                            }[];
                            readonly refused: number;
                            readonly rows: number;
                            readonly unchanged: number;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly watchLocation: {
        readonly parameters: {
            readonly query?: {
                readonly _pk?: string;
                readonly ticket?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The socket is open. */
            readonly 101: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 426: components["responses"]["426-upgrade-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly watchPatient: {
        readonly parameters: {
            readonly query?: {
                readonly _pk?: string;
                readonly ticket?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The socket is open. */
            readonly 101: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 426: components["responses"]["426-upgrade-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly watchProvider: {
        readonly parameters: {
            readonly query: {
                readonly _pk?: string;
                readonly from: string;
                readonly locationId?: string;
                readonly to: string;
                readonly visitTypeId: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The socket is open. */
            readonly 101: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 426: components["responses"]["426-upgrade-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly issueTicket: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly locationId?: string;
                    readonly patientId?: string;
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly expiresInSeconds: number;
                        readonly ticket: string;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly listLocations: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: string;
                readonly state?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["Location"][];
                        readonly page: {
                            /** @description The next page's `cursor`; null: this is the last. */
                            readonly next: string | null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly createLocation: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One value for one command: a repetition within 24 hours is answered like the first time. */
                readonly "Idempotency-Key": string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly address: string;
                    readonly city: string;
                    readonly latitude: number;
                    readonly longitude: number;
                    readonly name: string;
                    readonly phone: string;
                    readonly postalCode: string;
                    readonly regionId?: string | null;
                    readonly state: string;
                    readonly timeZone: string;
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Location"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly readLocation: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Location"];
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly changeLocation: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description The ETag that was read, such as `"v1"`. */
                readonly "If-Match": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly address: string;
                    readonly city: string;
                    readonly latitude: number;
                    readonly longitude: number;
                    readonly name: string;
                    readonly phone: string;
                    readonly postalCode: string;
                    readonly regionId?: string | null;
                    readonly state: string;
                    readonly timeZone: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly location: components["schemas"]["Location"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly activateLocation: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /**
                     * @default keep
                     * @enum {string}
                     */
                    readonly appointments?: "keep" | "cancel";
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly outside: components["schemas"]["Outside"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly listClosures: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly {
                            /** Format: date */
                            readonly from: string;
                            readonly name: string | null;
                            /** Format: date */
                            readonly until: string;
                        }[];
                        readonly page: {
                            readonly next: null;
                        };
                    };
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly putClosure: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: never;
            readonly path: {
                readonly from: string;
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /**
                     * @default keep
                     * @enum {string}
                     */
                    readonly appointments?: "keep" | "cancel";
                    readonly name?: string;
                    readonly until: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly applied: boolean;
                        readonly cancelled?: number;
                        /** Format: date */
                        readonly from: string;
                        readonly left?: number;
                        readonly locationId: string;
                        readonly name: string | null;
                        readonly outside: components["schemas"]["Outside"];
                        /** Format: date */
                        readonly until: string;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly removeClosure: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly from: string;
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly readDayList: {
        readonly parameters: {
            readonly query?: {
                readonly date?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly deactivateLocation: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /**
                     * @default keep
                     * @enum {string}
                     */
                    readonly appointments?: "keep" | "cancel";
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly cancelled?: number;
                        readonly left?: number;
                        readonly outside: components["schemas"]["Outside"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly listDevices: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["Device"][];
                        readonly page: {
                            readonly next: null;
                        };
                    };
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly readDowntimeList: {
        readonly parameters: {
            readonly query?: {
                readonly days?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly listResources: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["Resource"][];
                        readonly page: {
                            readonly next: null;
                        };
                    };
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly createResource: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One value for one command: a repetition within 24 hours is answered like the first time. */
                readonly "Idempotency-Key": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default [] */
                    readonly exceptions?: readonly ({
                        readonly date: string;
                        /** @constant */
                        readonly kind: "closed";
                    } | {
                        readonly date: string;
                        readonly hours: readonly {
                            readonly closesAt: number;
                            readonly opensAt: number;
                        }[];
                        /** @constant */
                        readonly kind: "instead";
                    } | {
                        readonly date: string;
                        readonly hours: readonly {
                            readonly closesAt: number;
                            readonly opensAt: number;
                        }[];
                        /** @constant */
                        readonly kind: "extra";
                    })[];
                    readonly hours: readonly {
                        readonly closesAt: number;
                        readonly from?: string;
                        readonly opensAt: number;
                        readonly until?: string;
                        readonly weekday: number;
                    }[];
                    /** @enum {string} */
                    readonly kind: "room" | "device" | "interpreter";
                    readonly name: string;
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Resource"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly readResource: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
                readonly resource: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Resource"];
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly changeResource: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description The ETag that was read, such as `"v1"`. */
                readonly "If-Match": string;
            };
            readonly path: {
                readonly id: string;
                readonly resource: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default [] */
                    readonly exceptions?: readonly ({
                        readonly date: string;
                        /** @constant */
                        readonly kind: "closed";
                    } | {
                        readonly date: string;
                        readonly hours: readonly {
                            readonly closesAt: number;
                            readonly opensAt: number;
                        }[];
                        /** @constant */
                        readonly kind: "instead";
                    } | {
                        readonly date: string;
                        readonly hours: readonly {
                            readonly closesAt: number;
                            readonly opensAt: number;
                        }[];
                        /** @constant */
                        readonly kind: "extra";
                    })[];
                    readonly hours: readonly {
                        readonly closesAt: number;
                        readonly from?: string;
                        readonly opensAt: number;
                        readonly until?: string;
                        readonly weekday: number;
                    }[];
                    readonly name: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly activateResource: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
                readonly resource: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly deactivateResource: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
                readonly resource: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly readLocationSettings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LocationSettings"];
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly issuePartnerToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/x-www-form-urlencoded": {
                    readonly client_assertion: string;
                    /** @constant */
                    readonly client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                    readonly client_id?: string;
                    /** @constant */
                    readonly grant_type: "client_credentials";
                    readonly scope?: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly access_token: string;
                        readonly expires_in: number;
                        readonly scope: string;
                        /** @constant */
                        readonly token_type: "Bearer";
                    };
                };
            };
            readonly 400: components["responses"]["400-oauth-refused-or-validation"];
            readonly 401: components["responses"]["401-oauth-refused-or-unauthenticated"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly listPartners: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["Partner"][];
                        readonly page: {
                            readonly next: null;
                        };
                    };
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly createPartner: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One value for one command: a repetition within 24 hours is answered like the first time. */
                readonly "Idempotency-Key": string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly jwks: {
                        readonly keys: readonly ({
                            /** @constant */
                            readonly alg: "ES256";
                            /** @constant */
                            readonly crv: "P-256";
                            readonly key_ops?: readonly [
                                "verify"
                            ];
                            readonly kid: string;
                            /** @constant */
                            readonly kty: "EC";
                            /** @constant */
                            readonly use?: "sig";
                            readonly x: string;
                            readonly y: string;
                        } | {
                            /** @constant */
                            readonly alg: "ES384";
                            /** @constant */
                            readonly crv: "P-384";
                            readonly key_ops?: readonly [
                                "verify"
                            ];
                            readonly kid: string;
                            /** @constant */
                            readonly kty: "EC";
                            /** @constant */
                            readonly use?: "sig";
                            readonly x: string;
                            readonly y: string;
                        } | {
                            /** @constant */
                            readonly alg: "RS384";
                            /** @constant */
                            readonly e: "AQAB";
                            readonly key_ops?: readonly [
                                "verify"
                            ];
                            readonly kid: string;
                            /** @constant */
                            readonly kty: "RSA";
                            readonly n: string;
                            /** @constant */
                            readonly use?: "sig";
                        })[];
                    };
                    readonly locationIds: readonly string[] | null;
                    readonly name: string;
                    readonly scopes: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Partner"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly deactivatePartner: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Partner"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly replacePartnerKeys: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly jwks: {
                        readonly keys: readonly ({
                            /** @constant */
                            readonly alg: "ES256";
                            /** @constant */
                            readonly crv: "P-256";
                            readonly key_ops?: readonly [
                                "verify"
                            ];
                            readonly kid: string;
                            /** @constant */
                            readonly kty: "EC";
                            /** @constant */
                            readonly use?: "sig";
                            readonly x: string;
                            readonly y: string;
                        } | {
                            /** @constant */
                            readonly alg: "ES384";
                            /** @constant */
                            readonly crv: "P-384";
                            readonly key_ops?: readonly [
                                "verify"
                            ];
                            readonly kid: string;
                            /** @constant */
                            readonly kty: "EC";
                            /** @constant */
                            readonly use?: "sig";
                            readonly x: string;
                            readonly y: string;
                        } | {
                            /** @constant */
                            readonly alg: "RS384";
                            /** @constant */
                            readonly e: "AQAB";
                            readonly key_ops?: readonly [
                                "verify"
                            ];
                            readonly kid: string;
                            /** @constant */
                            readonly kty: "RSA";
                            readonly n: string;
                            /** @constant */
                            readonly use?: "sig";
                        })[];
                    };
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Partner"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly listPatients: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["ListedPatient"][];
                        readonly page: {
                            /** @description The next page's `cursor`; null: this is the last. */
                            readonly next: string | null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly createPatient: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One value for one command: a repetition within 24 hours is answered like the first time. */
                readonly "Idempotency-Key": string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default [] */
                    readonly accessNeeds?: readonly string[];
                    readonly birthDate: string;
                    readonly displayName: string;
                    /** @default null */
                    readonly email?: string | null;
                    readonly homeLocationId: string;
                    /** @default null */
                    readonly interpreterLanguage?: string | null;
                    /** @default null */
                    readonly phone?: string | null;
                    /** @default null */
                    readonly preferences?: {
                        readonly channels?: readonly ("sms" | "email" | "push")[];
                    } | null;
                    /** @default null */
                    readonly preferredLanguage?: string | null;
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PatientRecord"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly readPatient: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PatientRecord"];
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly changePatient: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description The ETag that was read, such as `"v1"`. */
                readonly "If-Match": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default [] */
                    readonly accessNeeds?: readonly string[];
                    readonly birthDate: string;
                    readonly displayName: string;
                    /** @default null */
                    readonly email?: string | null;
                    readonly homeLocationId: string;
                    /** @default null */
                    readonly interpreterLanguage?: string | null;
                    /** @default null */
                    readonly phone?: string | null;
                    /** @default null */
                    readonly preferences?: {
                        readonly channels?: readonly ("sms" | "email" | "push")[];
                    } | null;
                    /** @default null */
                    readonly preferredLanguage?: string | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly activatePatient: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly standing: components["schemas"]["Outside"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly listPatientAppointments: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly from?: string;
                readonly limit?: string;
                readonly status?: "booked" | "confirmed" | "checked-in" | "in-progress" | "completed" | "cancelled" | "no-show";
                readonly to?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["ListedAppointment"][];
                        readonly page: {
                            /** @description The next page's `cursor`; null: this is the last. */
                            readonly next: string | null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly readOwnAudit: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly from?: string;
                readonly limit?: string;
                readonly to?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["OwnAuditEntry"][];
                        readonly page: {
                            readonly next: string | null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly shareCalendar: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** Format: uri */
                        readonly url: string;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly readCalendarFeed: {
        readonly parameters: {
            readonly query?: {
                readonly proxy?: string;
                readonly token?: string;
            };
            readonly header?: {
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/calendar": string;
                };
            };
            /** @description The caller's copy is still true. */
            readonly 304: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly deactivatePatient: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly standing: components["schemas"]["Outside"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly deletePatient: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /**
                     * @default keep
                     * @enum {string}
                     */
                    readonly appointments?: "keep" | "cancel";
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly deletes: readonly ("name" | "birth-day-and-month" | "email" | "phone" | "languages" | "access-needs" | "preferences" | "reasons-and-notes" | "proxies" | "sign-in")[];
                        readonly finished?: boolean;
                        readonly keeps: readonly {
                            /** @enum {string} */
                            readonly what: "appointment-times-places-and-status" | "year-of-birth" | "patient-id" | "access-log";
                            /** @enum {string} */
                            readonly why: "medical-record" | "billing" | "accountability";
                        }[];
                        readonly standing?: components["schemas"]["Outside"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly exportPatient: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PatientExport"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly mergePatient: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly into: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly id: string;
                        readonly into: string;
                        readonly isFree?: boolean;
                        readonly standing?: components["schemas"]["Outside"];
                        readonly version: number;
                        readonly waiting?: boolean;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly listProxies: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["Consent"][];
                        readonly page: {
                            readonly next: null;
                        };
                    };
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly addProxy: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly code: string;
                    /** @enum {string} */
                    readonly relation: "parent" | "guardian" | "carer" | "partner" | "other";
                    /** Format: date-time */
                    readonly until?: string;
                } | {
                    readonly proxyPatientId: string;
                    /** @enum {string} */
                    readonly reason: "minor" | "legal-guardian" | "asked-at-desk";
                    /** @enum {string} */
                    readonly relation: "parent" | "guardian" | "carer" | "partner" | "other";
                    /** Format: date-time */
                    readonly until?: string;
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Consent"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly removeProxy: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly consent: string;
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly showProxyCode: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": Record<string, never>;
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly code: string;
                        /** Format: date-time */
                        readonly expiresAt: string;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly listRepresented: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["Consent"][];
                        readonly page: {
                            readonly next: null;
                        };
                    };
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly endPatientSessions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly searchPatients: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly birthDate?: string;
                    /** Format: email */
                    readonly email?: string;
                    readonly name?: string;
                    readonly phone?: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["ListedPatient"][];
                        readonly isComplete: boolean;
                        readonly page: {
                            readonly next: null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly listProviders: {
        readonly parameters: {
            readonly query?: {
                readonly acceptingNew?: "true" | "false";
                readonly availableFrom?: string;
                readonly availableTo?: string;
                readonly cursor?: string;
                readonly exact?: "true" | "false";
                readonly gender?: "female" | "male" | "non-binary";
                readonly insurance?: string;
                readonly language?: string;
                readonly limit?: string;
                readonly locationId?: string;
                readonly near?: string;
                readonly q?: string;
                readonly radiusKm?: string;
                readonly sort?: "soonest" | "distance" | "name";
                readonly specialty?: string;
                readonly timeOfDay?: "morning" | "afternoon" | "evening";
                readonly visitTypeId?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** Format: date-time */
                        readonly asOf?: string;
                        /** @description What was searched for instead of `q`. */
                        readonly correctedQuery?: string;
                        readonly data: readonly components["schemas"]["Provider"][];
                        readonly page: {
                            /** @description The next page's `cursor`; null: this is the last. */
                            readonly next: string | null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly createProvider: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One value for one command: a repetition within 24 hours is answered like the first time. */
                readonly "Idempotency-Key": string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default true */
                    readonly acceptingNewPatients?: boolean;
                    readonly displayName: string;
                    /** @default null */
                    readonly gender?: ("female" | "male" | "non-binary") | null;
                    /** @default [] */
                    readonly insurances?: readonly string[];
                    readonly languages: readonly string[];
                    readonly sites: readonly {
                        readonly breaks?: readonly {
                            readonly closesAt: number;
                            readonly from?: string;
                            readonly opensAt: number;
                            readonly until?: string;
                            readonly weekday: number;
                        }[];
                        readonly exceptions?: readonly ({
                            readonly date: string;
                            /** @constant */
                            readonly kind: "closed";
                        } | {
                            readonly date: string;
                            readonly hours: readonly {
                                readonly closesAt: number;
                                readonly opensAt: number;
                            }[];
                            /** @constant */
                            readonly kind: "instead";
                        } | {
                            readonly date: string;
                            readonly hours: readonly {
                                readonly closesAt: number;
                                readonly opensAt: number;
                            }[];
                            /** @constant */
                            readonly kind: "extra";
                        })[];
                        readonly hours: readonly {
                            readonly closesAt: number;
                            readonly from?: string;
                            readonly opensAt: number;
                            readonly until?: string;
                            readonly weekday: number;
                        }[];
                        readonly locationId: string;
                    }[];
                    readonly specialties: readonly string[];
                    readonly title: string;
                    readonly visitTypeIds: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Provider"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly readProvider: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Provider"];
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly changeProvider: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default true */
                    readonly acceptingNewPatients?: boolean;
                    readonly displayName: string;
                    /** @default null */
                    readonly gender?: ("female" | "male" | "non-binary") | null;
                    /** @default [] */
                    readonly insurances?: readonly string[];
                    readonly languages: readonly string[];
                    readonly overrides?: readonly {
                        readonly ageMax?: number;
                        readonly ageMin?: number;
                        readonly bufferAfterMinutes?: number;
                        readonly bufferBeforeMinutes?: number;
                        readonly cancelWindowMinutes?: number;
                        readonly capacity?: number;
                        readonly gridMinutes?: number;
                        readonly horizonDays?: number;
                        readonly locationId: string;
                        readonly minutes?: number;
                        readonly moveWindowMinutes?: number;
                        readonly newPatientsOnly?: boolean;
                        readonly noticeMinutes?: number;
                        readonly perDayMax?: number;
                        readonly requires?: readonly ("room" | "device" | "interpreter")[];
                        readonly specialty?: string;
                        readonly visitTypeId: string;
                    }[];
                    readonly specialties: readonly string[];
                    readonly title: string;
                    /** @default null */
                    readonly travelMinutes?: number | null;
                    readonly visitTypeIds: readonly string[];
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly outside: components["schemas"]["Outside"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly activateProvider: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /**
                     * @default keep
                     * @enum {string}
                     */
                    readonly appointments?: "keep" | "cancel";
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly outside: components["schemas"]["Outside"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly readAvailability: {
        readonly parameters: {
            readonly query?: {
                readonly from?: string;
                readonly locationId?: string;
                readonly to?: string;
                readonly visitTypeId?: string;
            };
            readonly header?: {
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Availability"];
                };
            };
            /** @description The caller's copy is still true. */
            readonly 304: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly explainStart: {
        readonly parameters: {
            readonly query: {
                readonly locationId: string;
                readonly start: string;
                readonly visitTypeId: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Explanation"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly listBlocks: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly from?: string;
                readonly limit?: string;
                readonly to?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["Block"][];
                        readonly page: {
                            /** @description The next page's `cursor`; null: this is the last. */
                            readonly next: string | null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly createBlock: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One value for one command: a repetition within 24 hours is answered like the first time. */
                readonly "Idempotency-Key": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** Format: date-time */
                    readonly end: string;
                    readonly externalId?: string;
                    readonly locationId?: string;
                    /** @enum {string} */
                    readonly reasonCode: "meeting" | "leave" | "sick" | "training" | "administration" | "emergency" | "maintenance" | "external-busy" | "other";
                    /**
                     * @default staff
                     * @enum {string}
                     */
                    readonly source?: "staff" | "external";
                    /** Format: date-time */
                    readonly start: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly appointmentIds: readonly string[];
                        /** Format: date-time */
                        readonly createdAt: string;
                        /** Format: date-time */
                        readonly end: string;
                        readonly externalId?: string;
                        readonly id: string;
                        readonly locationId?: string;
                        readonly providerId: string;
                        /** @enum {string} */
                        readonly reasonCode: "meeting" | "leave" | "sick" | "training" | "administration" | "emergency" | "maintenance" | "external-busy" | "other";
                        /** @enum {string} */
                        readonly source: "staff" | "external";
                        /** Format: date-time */
                        readonly start: string;
                        readonly timeZone: string;
                    };
                };
            };
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly appointmentIds: readonly string[];
                        /** Format: date-time */
                        readonly createdAt: string;
                        /** Format: date-time */
                        readonly end: string;
                        readonly externalId?: string;
                        readonly id: string;
                        readonly locationId?: string;
                        readonly providerId: string;
                        /** @enum {string} */
                        readonly reasonCode: "meeting" | "leave" | "sick" | "training" | "administration" | "emergency" | "maintenance" | "external-busy" | "other";
                        /** @enum {string} */
                        readonly source: "staff" | "external";
                        /** Format: date-time */
                        readonly start: string;
                        readonly timeZone: string;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly removeBlock: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                readonly block: string;
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly deactivateProvider: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": {
                    /**
                     * @default keep
                     * @enum {string}
                     */
                    readonly appointments?: "keep" | "cancel";
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly cancelled?: number;
                        readonly left?: number;
                        readonly outside: components["schemas"]["Outside"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly readSchedule: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Schedule"];
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly changeSchedule: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly sites: readonly {
                        readonly breaks?: readonly {
                            readonly closesAt: number;
                            readonly from?: string;
                            readonly opensAt: number;
                            readonly until?: string;
                            readonly weekday: number;
                        }[];
                        readonly exceptions?: readonly ({
                            readonly date: string;
                            /** @constant */
                            readonly kind: "closed";
                        } | {
                            readonly date: string;
                            readonly hours: readonly {
                                readonly closesAt: number;
                                readonly opensAt: number;
                            }[];
                            /** @constant */
                            readonly kind: "instead";
                        } | {
                            readonly date: string;
                            readonly hours: readonly {
                                readonly closesAt: number;
                                readonly opensAt: number;
                            }[];
                            /** @constant */
                            readonly kind: "extra";
                        })[];
                        readonly hours: readonly {
                            readonly closesAt: number;
                            readonly from?: string;
                            readonly opensAt: number;
                            readonly until?: string;
                            readonly weekday: number;
                        }[];
                        readonly locationId: string;
                    }[];
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly closes: readonly {
                            /** Format: date-time */
                            readonly end: string;
                            readonly locationId: string;
                            /** Format: date-time */
                            readonly start: string;
                        }[];
                        readonly opens: readonly {
                            /** Format: date-time */
                            readonly end: string;
                            readonly locationId: string;
                            /** Format: date-time */
                            readonly start: string;
                        }[];
                        readonly outside: components["schemas"]["Outside"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly readProviderSettings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProviderSettings"];
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly tellCalendars: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Accepted. */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly calendars: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly hashRecord: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly hash: string;
                        readonly rows: number;
                    };
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly replayHistory: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default 0 */
                    readonly offset?: number;
                    readonly partition: number;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly next: number | null;
                        readonly records: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly rebuildRecord: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default  */
                    readonly after?: string;
                    /** @default 100 */
                    readonly limit?: number;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-ndjson": {
                        readonly hash: string;
                        readonly provider: string;
                        readonly righted: number;
                        readonly rows: number;
                        readonly stored: {
                            readonly hash: string;
                            readonly provider: string;
                            readonly rows: number;
                        } | null;
                        readonly withdrawn: number;
                    } | {
                        readonly provider: string;
                        /** @constant */
                        readonly unknown: true;
                    } | {
                        /** @constant */
                        readonly done: true;
                        readonly next: string | null;
                    } | {
                        /** @constant */
                        readonly done: false;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly resealTexts: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default  */
                    readonly after?: string;
                    /** @default 100 */
                    readonly limit?: number;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-ndjson": {
                        readonly left: number;
                        readonly provider: string;
                        readonly resealed: number;
                        readonly unreadable: number;
                    } | {
                        readonly provider: string;
                        /** @constant */
                        readonly unknown: true;
                    } | {
                        /** @constant */
                        readonly done: true;
                        readonly next: string | null;
                    } | {
                        /** @constant */
                        readonly done: false;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly bookSeries: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One value for one command: a repetition within 24 hours is answered like the first time. */
                readonly "Idempotency-Key": string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "providerId": "prv_0123456789ab",
                 *       "visitTypeId": "vst_0123456789ab",
                 *       "locationId": "loc_0123456789ab",
                 *       "start": "2026-11-24T09:20:00-06:00",
                 *       "count": 6,
                 *       "intervalWeeks": 1
                 *     }
                 */
                readonly "application/json": {
                    readonly count?: number;
                    readonly intervalWeeks?: number;
                    readonly locationId: string;
                    readonly notes?: string;
                    readonly patientId?: string;
                    readonly providerId: string;
                    readonly reason?: string;
                    readonly rrule?: string;
                    /** Format: date-time */
                    readonly start: string;
                    readonly visitTypeId: string;
                } | {
                    readonly notes?: string;
                    readonly patientId?: string;
                    readonly reason?: string;
                    readonly visits: readonly {
                        readonly locationId: string;
                        readonly providerId: string;
                        /** Format: date-time */
                        readonly start: string;
                        readonly visitTypeId: string;
                    }[];
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BookedSeries"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 409: components["responses"]["409-idempotency-in-flight-or-patient-conflict-or-slot-taken"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly cancelSeries: {
        readonly parameters: {
            readonly query?: {
                readonly from?: string;
                readonly reasonCode?: "patient-request" | "provider-unavailable" | "clinic-closed" | "entered-in-error" | "other";
            };
            readonly header?: {
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Series"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly moveSeries: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "start": "2026-11-24T09:20:00-06:00"
                 *     }
                 */
                readonly "application/json": {
                    readonly from?: string;
                    /** Format: date-time */
                    readonly start: string;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Series"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 409: components["responses"]["409-idempotency-in-flight-or-patient-conflict-or-slot-taken"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly listSpecialties: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly {
                            readonly id: string;
                        }[];
                        readonly page: {
                            /** @description The next page's `cursor`; null: this is the last. */
                            readonly next: string | null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly listStaff: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["StaffMember"][];
                        readonly page: {
                            /** @description The next page's `cursor`; null: this is the last. */
                            readonly next: string | null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly createStaff: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One value for one command: a repetition within 24 hours is answered like the first time. */
                readonly "Idempotency-Key": string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly clinics?: readonly string[];
                    readonly displayName: string;
                    /** Format: email */
                    readonly email: string;
                    readonly providerId?: string | null;
                    /** @enum {string} */
                    readonly role: "staff" | "admin" | "provider";
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StaffMember"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly readStaff: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StaffMember"];
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly changeStaff: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description The ETag that was read, such as `"v1"`. */
                readonly "If-Match": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly clinics?: readonly string[];
                    readonly displayName: string;
                    /** Format: email */
                    readonly email: string;
                    readonly providerId?: string | null;
                    /** @enum {string} */
                    readonly role: "staff" | "admin" | "provider";
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly activateStaff: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly deactivateStaff: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly inviteStaff: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** Format: date-time */
                        readonly expiresAt: string;
                        /** Format: uri */
                        readonly link: string;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly endStaffSessions: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done; there is nothing to say. */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-outcome-unknown-or-overloaded"];
        };
    };
    readonly listVisitTypes: {
        readonly parameters: {
            readonly query?: {
                readonly cursor?: string;
                readonly limit?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly data: readonly components["schemas"]["VisitType"][];
                        readonly page: {
                            /** @description The next page's `cursor`; null: this is the last. */
                            readonly next: string | null;
                        };
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 414: components["responses"]["414-validation"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly createVisitType: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One value for one command: a repetition within 24 hours is answered like the first time. */
                readonly "Idempotency-Key": string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default null */
                    readonly ageMax?: number | null;
                    /** @default null */
                    readonly ageMin?: number | null;
                    /** @default null */
                    readonly bufferAfterMinutes?: number | null;
                    /** @default null */
                    readonly bufferBeforeMinutes?: number | null;
                    /** @default null */
                    readonly cancelWindowMinutes?: number | null;
                    /** @default null */
                    readonly capacity?: number | null;
                    readonly gridMinutes: number;
                    readonly horizonDays: number;
                    readonly minutes: number;
                    /** @enum {string} */
                    readonly modality: "in-person" | "video" | "phone";
                    /** @default null */
                    readonly moveWindowMinutes?: number | null;
                    readonly name: string;
                    /** @default null */
                    readonly newPatientsOnly?: boolean | null;
                    readonly noticeMinutes: number;
                    /** @default null */
                    readonly perDayMax?: number | null;
                    /** @default null */
                    readonly requires?: readonly ("room" | "device" | "interpreter")[] | null;
                    /** @default null */
                    readonly specialty?: string | null;
                };
            };
        };
        readonly responses: {
            /** @description Made. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["VisitTypeSettings"];
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-idempotency-key-reuse-or-rule-violated"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly changeVisitType: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description The ETag that was read, such as `"v1"`. */
                readonly "If-Match": string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    /** @default null */
                    readonly ageMax?: number | null;
                    /** @default null */
                    readonly ageMin?: number | null;
                    /** @default null */
                    readonly bufferAfterMinutes?: number | null;
                    /** @default null */
                    readonly bufferBeforeMinutes?: number | null;
                    /** @default null */
                    readonly cancelWindowMinutes?: number | null;
                    /** @default null */
                    readonly capacity?: number | null;
                    readonly gridMinutes: number;
                    readonly horizonDays: number;
                    readonly minutes: number;
                    /** @enum {string} */
                    readonly modality: "in-person" | "video" | "phone";
                    /** @default null */
                    readonly moveWindowMinutes?: number | null;
                    readonly name: string;
                    /** @default null */
                    readonly newPatientsOnly?: boolean | null;
                    readonly noticeMinutes: number;
                    /** @default null */
                    readonly perDayMax?: number | null;
                    /** @default null */
                    readonly requires?: readonly ("room" | "device" | "interpreter")[] | null;
                    /** @default null */
                    readonly specialty?: string | null;
                };
            };
        };
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly calendars: number;
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly activateVisitType: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly calendars: number;
                        readonly outside: components["schemas"]["Outside"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly deactivateVisitType: {
        readonly parameters: {
            readonly query?: {
                readonly apply?: "true" | "false";
            };
            readonly header?: {
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly active: boolean;
                        /** @description false: this is what would happen. */
                        readonly applied: boolean;
                        readonly calendars: number;
                        readonly outside: components["schemas"]["Outside"];
                        readonly version: number;
                    };
                };
            };
            readonly 400: components["responses"]["400-validation"];
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 412: components["responses"]["412-stale-version"];
            readonly 413: components["responses"]["413-validation"];
            readonly 414: components["responses"]["414-validation"];
            readonly 415: components["responses"]["415-validation"];
            readonly 422: components["responses"]["422-rule-violated"];
            readonly 428: components["responses"]["428-precondition-required"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
    readonly readVisitTypeSettings: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["VisitTypeSettings"];
                };
            };
            readonly 401: components["responses"]["401-unauthenticated"];
            readonly 403: components["responses"]["403-forbidden"];
            readonly 404: components["responses"]["404-not-found"];
            readonly 429: components["responses"]["429-rate-limited"];
            readonly 503: components["responses"]["503-overloaded"];
        };
    };
}
