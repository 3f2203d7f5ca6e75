//! IP location: where an address is.
//!
//! Sources know the country well, the city roughly and the house never. The result is a place and not a point: the
//! coordinates are those of the place's middle.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind, Record, record::IpLocation};
use maltego::{Entity, InputKind, Message, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    gather::{Finding, gather},
    observables,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
};

/// IPv4Address, IPv6Address → Location.
#[derive(Debug)]
pub(crate) struct IpToLocation;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "ip_to_location",
        display_name: "To Location [IP geolocation]",
        description: "The country, region and city where the address is used, as far as a source knows, and who \
                      provides the connection. Good for the country, rough for the city.",
        inputs: &[&entity_types::IPV4_ADDRESS, &entity_types::IPV6_ADDRESS],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::LOCATION],
        set: sets::INFRASTRUCTURE,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::IpLocation],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Small,
};

#[async_trait]
impl Transform for IpToLocation {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let address = observables::ip_address(run.input())?;
        let what = format!("location of {address}");
        let gathered = gather(run, sink, Lookup::IpLocation { address }, &what, |records| {
            let locations = records.iter().filter_map(|record| match record {
                Record::Location(location) => Some(location.as_ref()),
                _ => None,
            });
            locations.filter_map(finding).collect()
        })
        .await?;
        if gathered.found == 0 && gathered.records > 0 {
            sink.say(Message::inform(format!("{address} is known, but not where it is.")));
        }
        Ok(())
    }
}

/// A place has a country or a city; coordinates alone are the middle of nowhere.
fn finding(location: &IpLocation) -> Option<Finding> {
    let stated =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (city, country) = (stated(&location.city), stated(&location.country_code));
    let name: Vec<&str> = [&city, &country].into_iter().flatten().map(String::as_str).collect();
    if name.is_empty() {
        return None;
    }
    let degrees = |degrees: Option<f64>, most: f64| degrees.filter(|degrees| (-most..=most).contains(degrees));
    let (latitude, longitude) = (degrees(location.latitude, 90.0), degrees(location.longitude, 180.0));
    let routing = location.routing.as_ref();
    let system = routing.map(|routing| match &routing.name {
        Some(name) => format!("{} {name}", routing.system),
        None => routing.system.to_string(),
    });
    // The client puts the name together from city and country, so the code stands in for the country's name.
    let entity = Entity::new(&entity_types::LOCATION, name.join(", "))
        .with_some("city", city.as_deref())
        .with_some("country", country.as_deref())
        .with_some("countrycode", country.as_deref())
        .with_some("location.area", stated(&location.region))
        .with_some("latitude", latitude)
        .with_some("longitude", longitude)
        .with_some_dynamic("namehound.location.postal-code", "Postal code", stated(&location.postal_code))
        .with_some_dynamic("namehound.location.time-zone", "Time zone", stated(&location.time_zone))
        .with_some_dynamic("namehound.location.provider", "Provider", stated(&location.provider))
        .with_some_dynamic("namehound.location.connection", "Connection", stated(&location.connection))
        .with_some_dynamic("namehound.location.as", "AS", system);
    Some(Finding::new(entity, "located in"))
}

#[cfg(test)]
mod tests {
    use maltego::Input;

    use super::*;
    use crate::testing::{Bench, label, text_of};

    fn location() -> IpLocation {
        IpLocation {
            address: "192.0.2.9".parse().unwrap(),
            country_code: Some("ZZ".to_owned()),
            region: Some("North Shore".to_owned()),
            city: Some("Port Marlow".to_owned()),
            postal_code: None,
            latitude: Some(12.5),
            longitude: Some(541.0),
            time_zone: Some("+01:00".to_owned()),
            routing: None,
            provider: Some("Example ISP".to_owned()),
            connection: Some(String::new()),
            names: Vec::new(),
        }
    }

    async fn run(location: IpLocation) -> crate::testing::Found {
        let bench = Bench::answering(vec![Record::Location(Box::new(location))]);
        bench.run(&IpToLocation, Input::new(&entity_types::IPV4_ADDRESS, "192.0.2.9")).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_has_the_parts_that_its_name_is_made_of() {
        let found = run(location()).await;
        assert_eq!(found.values(), [("maltego.Location", "Port Marlow, ZZ")]);
        let place = &found.entities[0];
        let parts = ["city", "country", "countrycode", "location.area", "latitude"].map(|name| text_of(place, name));
        assert_eq!(parts, ["Port Marlow", "ZZ", "ZZ", "North Shore", "12.5"]);
        assert!(place.property("longitude").is_none(), "541 degrees are none");
        assert!(place.property("namehound.location.connection").is_none());
        assert_eq!(label(place), "located in");
    }

    #[tokio::test(start_paused = true)]
    async fn coordinates_alone_are_no_place() {
        let found = run(IpLocation { city: None, country_code: Some(" ".to_owned()), ..location() }).await;
        assert!(found.entities.is_empty());
        assert!(found.said("192.0.2.9 is known, but not where it is."), "{:?}", found.messages);
    }
}
